/** A recorded time in words, as Python writes it: 0.071 ms, 47.379340 s. */
export function momentWords(ms) {
  const [value, digits, unit] = ms < 1000 ? [ms, 3, "ms"] : [ms / 1000, 6, "s"];
  return `${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}
