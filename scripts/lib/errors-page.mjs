// Puts docs/errors.md together from docs/errors/<package>.md, one section per package.

/**
 * @param {ReadonlyArray<{ name: string, section: string }>} packages Sections as written, in the order of the page.
 * @returns {string}
 */
export function errorsPage(packages) {
  const sections = packages.map(({ name, section }) => `## ${name}\n\n${body(section)}\n`);
  return `# Error codes

Every error thrown or rejected with by an @ichor package is an \`IchorError\` with one of these codes. Match on \`error.code\`, or
with \`IchorError.is(error, code)\`; messages may change in any release, codes only in a major one.

This page is put together from the files in \`docs/errors/\` by \`node scripts/assemble-docs.mjs\`; tests compare it with the code.

${sections.join('\n')}`;
}

/** The section without a title of its own, and with its sub-titles one level below the package's. */
function body(/** @type {string} */ section) {
  return section
    .trim()
    .replace(/^#{1,2} .*\n+/, '')
    .replace(/^##(?=[ #])/gm, '###')
    .trim();
}
