import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// What the browser has and the test's DOM has not.
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: query.includes("reduced-motion"), media: query, addEventListener: () => {}, removeEventListener: () => {}, addListener: () => {}, removeListener: () => {},
}));
vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
vi.stubGlobal("scrollTo", () => {});

afterEach(() => {
  cleanup();
  localStorage.clear();
});
