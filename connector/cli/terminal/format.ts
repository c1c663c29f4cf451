/** Numbers as people read them. */

const countFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const shareFormat = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** `1,204,331` */
export function countText(count: number): string {
  return countFormat.format(count);
}

/** `1.2 GB`, in thousands. */
export function bytesText(bytes: number): string {
  return scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
}

/** `7.8 million`, and small numbers in full. */
export function amountText(amount: number): string {
  if (amount < 1e6) return countText(amount);
  return scaled(amount / 1e6, 1000, ['million', 'billion', 'trillion']);
}

/** `12 s`, `51 min`, `3.2 h`, `2.5 days`. */
export function secondsText(seconds: number): string {
  if (seconds < 1) return '< 1 s';
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  if (seconds < 99.5 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 47.5 * 3600) return `${shareFormat.format(round(seconds / 3600))} h`;
  return `${shareFormat.format(round(seconds / 86_400))} days`;
}

/** `$0.04`, `$1,036`, `< $0.01`; nothing is `$0`. */
export function dollarsText(dollars: number): string {
  if (dollars === 0) return '$0';
  if (dollars < 0.01) return '< $0.01';
  return dollars < 100 ? `$${dollars.toFixed(2)}` : `$${countText(dollars)}`;
}

/** `24 %`, `0.3 %`. */
export function shareText(share: number): string {
  return `${shareFormat.format(round(share * 100))} %`;
}

/** `1 table`, `2 tables`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let index = 0;
  let scaledValue = value;
  while (round(scaledValue) >= step && index < units.length - 1) {
    scaledValue /= step;
    index += 1;
  }
  return `${shareFormat.format(round(scaledValue))} ${units[index] ?? ''}`;
}

/** One digit after the point, where there are few before it. */
function round(value: number): number {
  return value < 100 ? Math.round(value * 10) / 10 : Math.round(value);
}
