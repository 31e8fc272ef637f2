import type texts from "./locales/en.json";

declare module "@shared/i18n/texts" {
  interface Texts {
    accounts: typeof texts;
  }
}
