// Tables of Markdown, aligned as the formatter of this repository aligns them, and sections of a page that are made from results.

export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const [head = [], ...body] = rows;
  // The first column names things, the others hold figures.
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [head.map(pad), rule, ...body.map((row) => row.map(pad))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/**
 * Puts each section between its marks, `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error when the page lacks a mark.
 */
export function withSections(page: string, sections: Readonly<Record<string, string>>): string {
  let result = page;
  for (const [name, content] of Object.entries(sections)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = result.indexOf(begin);
    const to = result.indexOf(end);
    if (from < 0 || to < from) throw new Error(`the page has no section ${begin} … ${end}`);
    // Programs pad their lines; the formatter of this repository takes that off.
    const lines = content.replace(/[ \t]+$/gm, '');
    result = `${result.slice(0, from + begin.length)}\n\n${lines}\n\n${result.slice(to)}`;
  }
  return result;
}
