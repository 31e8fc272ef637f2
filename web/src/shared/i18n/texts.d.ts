import "i18next";
import type shared from "../locales/en.json";

/** Each feature adds its texts beside its screens: see `features/<name>/texts.d.ts`. A key that is not there does not compile. */
export interface Texts {
  shared: typeof shared;
}

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "shared";
    resources: Texts;
    enableSelector: false;
    strictKeyChecks: true;
  }
}
