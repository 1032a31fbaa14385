/** A number as text with so many digits after the point, as base converts DOUBLE to STRING. */
export function formatNumber(value: number, precision: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const digits = Math.min(Math.max(precision, 0), 17);
  const size = Math.abs(value);
  if (digits > 8 || size > 1e7) {
    if (digits > 8 || size > 1e16) return value.toExponential(digits).replace(/e([-+])(\d)$/, "e$10$2");
    return value.toFixed(Math.min(digits, 3));
  }
  return value.toFixed(digits);
}
