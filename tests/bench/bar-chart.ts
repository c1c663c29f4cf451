/** Bars as SVG. */

export interface Bar {
  readonly name: string;
  readonly value: number;
}

export interface BarChart {
  readonly title: string;
  readonly note: string;
  readonly bars: readonly Bar[];
}

const width = 760;
const rowHeight = 26;
const barHeight = 16;
const nameWidth = 210;
const valueWidth = 60;
const headHeight = 44;
const footHeight = 30;

/** One bar to a row; lengths from nought, so that they compare. */
export function barChart({ title, note, bars }: BarChart): string {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const height = headHeight + bars.length * rowHeight + footHeight;
  const rows = bars.flatMap(({ name, value }, index) => {
    const top = headHeight + index * rowHeight;
    const length = Math.round((value / most) * (width - nameWidth - valueWidth));
    const baseline = top + barHeight - 3;
    return [
      `<text x="${nameWidth - 8}" y="${baseline}" text-anchor="end">${escape(name)}</text>`,
      `<rect x="${nameWidth}" y="${top}" width="${length}" height="${barHeight}" rx="2" fill="#3b82b6"/>`,
      `<text x="${nameWidth + length + 6}" y="${baseline}">${Math.round(value)}</text>`,
    ];
  });
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="24" font-size="15" font-weight="bold">${escape(title)}</text>`,
    ...rows,
    `<text x="12" y="${height - 12}" fill="#666">${escape(note)}</text>`,
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
