// The few pieces of SVG that the plots are made of. Plots are self-contained: no fonts, scripts or styles from elsewhere.

/** Colours that are told apart with the usual kinds of colour blindness (Okabe and Ito); the first one is ours. */
const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#7f7f7f', '#b8a300'] as const;

export function colourAt(index: number): string {
  return colours[index % colours.length] as string;
}

export function escape(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">`;
  const name = `<title>${escape(title)}</title><rect width="${width}" height="${height}" fill="#fff"/>`;
  return `${head}${name}<text x="12" y="20" font-size="14" font-weight="600">${escape(title)}</text>${parts.join('')}</svg>\n`;
}

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill?: string;
  readonly weight?: number;
}

export function text(
  x: number,
  y: number,
  content: string,
  { anchor = 'start', fill = '#222', weight = 400 }: TextStyle = {},
): string {
  return `<text x="${tidy(x)}" y="${tidy(y)}" text-anchor="${anchor}" fill="${fill}" font-weight="${weight}">${escape(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke = '#ddd', width = 1, dashes = ''): string {
  const dashed = dashes === '' ? '' : ` stroke-dasharray="${dashes}"`;
  return `<line x1="${tidy(x1)}" y1="${tidy(y1)}" x2="${tidy(x2)}" y2="${tidy(y2)}" stroke="${stroke}" stroke-width="${width}"${dashed}/>`;
}

export function bar(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${tidy(x)}" y="${tidy(y)}" width="${tidy(Math.max(0, width))}" height="${tidy(height)}" fill="${fill}"/>`;
}

export function polyline(points: readonly (readonly [number, number])[], stroke: string): string {
  const path = points.map(([x, y]) => `${tidy(x)},${tidy(y)}`).join(' ');
  const dots = points.map(([x, y]) => `<circle cx="${tidy(x)}" cy="${tidy(y)}" r="3" fill="${stroke}"/>`).join('');
  return `<polyline points="${path}" fill="none" stroke="${stroke}" stroke-width="2"/>${dots}`;
}

/** Positions to a tenth of a pixel. @throws RangeError for what is no position, rather than an empty plot. */
function tidy(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a plot has no position ${value}`);
  return Math.round(value * 10) / 10;
}
