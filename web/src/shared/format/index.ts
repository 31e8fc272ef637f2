import { useTranslation } from "react-i18next";

type Instant = string | number | Date;

const LOCALE = { zh: "zh-CN", en: "en" } as const;
const NOW = 5; // seconds
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Numbers and times as people of a language read them. Times are shown in the workspace's zone. */
export class Formats {
  private readonly locale: string;

  constructor(
    language: string,
    readonly timeZone: string,
    readonly currency: string,
    private readonly justNow?: string,
  ) {
    this.locale = LOCALE[language === "zh" ? "zh" : "en"];
  }

  /** 12,345 */
  number = (value: number, digits = 0) =>
    value.toLocaleString(this.locale, { maximumFractionDigits: digits });

  /** 1.2万 or 12K; small numbers whole. */
  compact = (value: number) =>
    Math.abs(value) < 10_000
      ? this.number(value)
      : value.toLocaleString(this.locale, { notation: "compact", maximumFractionDigits: 1 });

  /** A share between 0 and 1 as 12.3 %. */
  percent = (share: number, digits = 1) =>
    share.toLocaleString(this.locale, { style: "percent", maximumFractionDigits: digits });

  money = (value: number, currency = this.currency) =>
    value.toLocaleString(this.locale, { style: "currency", currency, maximumFractionDigits: 2 });

  /** 2026-11-23 18:04:05 or Nov 23, 2026, 18:04:05 */
  dateTime = (at: Instant, seconds = false) =>
    new Date(at).toLocaleString(this.locale, {
      timeZone: this.timeZone,
      hour12: false,
      year: "numeric",
      month: this.locale === "en" ? "short" : "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      ...(seconds ? { second: "2-digit" } : {}),
    });

  date = (at: Instant) =>
    new Date(at).toLocaleDateString(this.locale, {
      timeZone: this.timeZone,
      year: "numeric",
      month: this.locale === "en" ? "short" : "2-digit",
      day: "2-digit",
    });

  time = (at: Instant) =>
    new Date(at).toLocaleTimeString(this.locale, { timeZone: this.timeZone, hour12: false });

  /** 3 minutes ago, in 2 days, just now */
  relative = (at: Instant, now: number = Date.now()) => {
    const seconds = (new Date(at).getTime() - now) / 1000;
    if (Math.abs(seconds) < NOW && this.justNow) return this.justNow;
    const words = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
    for (const [unit, length] of UNITS)
      if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
    return words.format(Math.abs(seconds) < NOW ? 0 : Math.round(seconds), "second");
  };

  /** 850 ms, 1.2 s, 3 min */
  duration = (milliseconds: number) => {
    const [value, unit] =
      milliseconds < 1_000
        ? [milliseconds, "millisecond"]
        : milliseconds < 60_000
          ? [milliseconds / 1_000, "second"]
          : milliseconds < 3_600_000
            ? [milliseconds / 60_000, "minute"]
            : [milliseconds / 3_600_000, "hour"];
    return (value as number).toLocaleString(this.locale, {
      style: "unit",
      unit: unit as string,
      unitDisplay: "short",
      maximumFractionDigits: (value as number) < 10 && unit !== "millisecond" ? 1 : 0,
    });
  };

  /** a, b and c */
  list = (items: string[]) => new Intl.ListFormat(this.locale).format(items);
}

let timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let currency = "CNY";

/** Follow the workspace's settings from now on. */
export const setFormatDefaults = (settings: { timezone: string; currency: string }) => {
  timeZone = settings.timezone;
  currency = settings.currency;
};

export function useFormats(): Formats {
  const { t, i18n } = useTranslation();
  return new Formats(i18n.language, timeZone, currency, t("time.justNow"));
}
