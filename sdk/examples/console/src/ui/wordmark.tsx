export function Wordmark() {
  return (
    <p className="wordmark">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="7" />
        <path d="M8 10h16M16 10v13" />
      </svg>
      <span>TokenVue</span>
    </p>
  );
}
