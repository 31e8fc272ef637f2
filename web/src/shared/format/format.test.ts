import { describe, expect, it } from "vitest";
import { Formats } from ".";

const zh = new Formats("zh", "Asia/Shanghai", "CNY", "刚刚");
const en = new Formats("en", "America/New_York", "USD", "just now");
const noon = Date.parse("2026-11-23T12:00:00Z");

describe("numbers and times", () => {
  it("counts large numbers as people of the language do", () => {
    expect(zh.compact(123_456)).toBe("12.3万");
    expect(en.compact(123_456)).toBe("123.5K");
    expect(zh.compact(9_999)).toBe("9,999");
  });

  it("shows times in the workspace's zone, not the browser's", () => {
    expect(zh.dateTime(noon)).toBe("2026/11/23 20:00");
    expect(en.dateTime(noon)).toBe("Nov 23, 2026, 07:00");
  });

  it.each([
    [noon, "just now", "刚刚"],
    [noon - 30_000, "30 seconds ago", "30秒钟前"],
    [noon - 3 * 60_000, "3 minutes ago", "3分钟前"],
    [noon - 86_400_000, "yesterday", "昨天"],
    [noon + 2 * 3_600_000, "in 2 hours", "2小时后"],
  ])("says how long ago %d was", (at, english, chinese) => {
    expect(en.relative(at, noon)).toBe(english);
    expect(zh.relative(at, noon)).toBe(chinese);
  });

  it("shows shares and durations", () => {
    expect(en.percent(0.12345)).toBe("12.3%");
    expect(en.duration(850)).toBe("850 ms");
    expect(zh.duration(1_240)).toBe("1.2秒");
  });
});
