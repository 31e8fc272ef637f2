import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

// Where people would read a text that only one language has.
const WORDS = "title|label|placeholder|alt|aria-label|description|tooltip|extra|help|hint|lead|okText|cancelText|subTitle|emptyText|impact|typed";
const LITERALS = [
  "JSXText[value=/[A-Za-z]{2}/]",
  "JSXElement > JSXExpressionContainer > Literal[value=/[A-Za-z]{2}/]",
  "JSXElement > JSXExpressionContainer > TemplateLiteral[quasis.0.value.raw=/[A-Za-z]{2}/]",
  `JSXAttribute[name.name=/^(${WORDS})$/] > Literal[value=/[A-Za-z]{2}/]`,
  `JSXAttribute[name.name=/^(${WORDS})$/] > JSXExpressionContainer > Literal[value=/[A-Za-z]{2}/]`,
  `JSXAttribute[name.name=/^(${WORDS})$/] > JSXExpressionContainer > ConditionalExpression > Literal[value=/[A-Za-z]{2}/]`,
  `Property[key.name=/^(${WORDS})$/] > Literal[value=/[A-Za-z]{2}/]`,
  "Literal[value=/[\u3000-\u9fff\uff00-\uffef]/]",
  "TemplateElement[value.raw=/[\u3000-\u9fff\uff00-\uffef]/]",
  "JSXText[value=/[\u3000-\u9fff\uff00-\uffef]/]",
];

// shared ← features ← app; a feature never knows another.
const to = (type, captured) => ({ to: { element: captured ? { type, captured } : { type } } });

export default ts.config(
  { ignores: ["src/shared/api/schema.d.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { boundaries, "react-hooks": hooks, "jsx-a11y": a11y },
    settings: {
      "boundaries/elements": [
        { type: "shared", pattern: "src/shared" },
        { type: "feature", pattern: "src/features/*", capture: ["name"] },
        { type: "app", pattern: "src/app" },
        { type: "testing", pattern: "src/testing" },
      ],
      "import/resolver": { typescript: { alwaysTryTypes: true } },
    },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.flatConfigs.recommended.rules,
      "max-lines": ["error", { max: 300 }],
      "no-console": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "jsx-a11y/no-autofocus": "off", // in a dialog the focus has to go somewhere
      // A region that scrolls must be reachable without a mouse.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { tags: [], roles: ["region", "tabpanel"], allowExpressionValues: true }],
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: [
            { from: { element: { type: "shared" } }, allow: [to("shared")] },
            { from: { element: { type: "feature" } }, allow: [to("shared"), to("feature", { name: "{{from.element.captured.name}}" })] },
            { from: { element: { type: "app" } }, allow: [to("shared"), to("feature"), to("app")] },
            { from: { element: { type: "testing" } }, allow: [to("shared"), to("testing")] },
          ],
        },
      ],
    },
  },
  {
    files: ["src/**/*.tsx", "src/**/*.ts"],
    ignores: ["src/**/*.test.{ts,tsx}", "src/testing/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...LITERALS.map((selector) => ({ selector, message: "Texts that people read belong into the locales." })),
        // It measures with a style attribute, which the content policy forbids; `fieldSizing: "content"` does the same.
        { selector: 'JSXAttribute[name.name="autoSize"]', message: "Use rows and fieldSizing instead of autoSize." },
      ],
    },
  },
  { files: ["src/**/*.test.{ts,tsx}"], rules: { "boundaries/dependencies": "off" } },
  {
    files: ["tools/*.mjs"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly", Buffer: "readonly" } },
  },
);
