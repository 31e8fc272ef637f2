/** The product's sign: streams that join. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false" style={{ flex: "none" }}>
      <rect width="32" height="32" rx="7" fill="#0a7d6c" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
        <path d="M6 8c5 0 6 8 11 8h9" />
        <path d="M6 16h20" opacity=".85" />
        <path d="M6 24c5 0 6-8 11-8" opacity=".7" />
      </g>
    </svg>
  );
}
