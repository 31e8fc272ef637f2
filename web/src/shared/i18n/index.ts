import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { setApiLanguage } from "../api/client";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each feature's texts load with its first screen, and only in the language that is shown. */
const files = import.meta.glob<{ default: object }>("../../**/locales/*.json");

const backend: BackendModule = {
  type: "backend",
  init: () => {},
  read: (language, namespace, done) => {
    // A namespace is a feature, `app`, `shared`, or a large part of `shared` that has texts of its own.
    const file = `${namespace}/locales/${language}.json`;
    const path = namespace === "shared" ? `../locales/${language}.json` : `../../features/${file}`;
    const load = files[path] ?? files[`../../${file}`] ?? files[`../${file}`];
    if (!load) done(new Error(`There are no ${language} texts for ${namespace}.`), null);
    else load().then((module) => done(null, module.default), (error: unknown) => done(error as Error, null));
  },
};

const STORED = "tributary.language";

/** The language chosen before in this browser, or the browser's own. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === "zh" || stored === "en") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Whether somebody chose a language in this browser. */
export const hasChosenLanguage = () => localStorage.getItem(STORED) !== null;

export async function startTranslation(): Promise<void> {
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: preferredLanguage(),
      supportedLngs: LANGUAGES,
      fallbackLng: false,
      ns: ["shared"],
      defaultNS: "shared",
      interpolation: { escapeValue: false }, // React escapes
    });
  applyLanguage(i18next.language as Language);
  i18next.on("languageChanged", (language) => applyLanguage(language as Language));
}

function applyLanguage(language: Language) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  setApiLanguage(language);
}

/** Show everything in another language from now on, also at the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await i18next.changeLanguage(language);
}

export const currentLanguage = () => i18next.language as Language;
