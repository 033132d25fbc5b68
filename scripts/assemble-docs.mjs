// Writes the pages of docs/ that are put together from parts: docs/errors.md from docs/errors/<package>.md.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorsPage } from './lib/errors-page.mjs';
import { published, read, root } from './lib/workspace.mjs';

const sections = published()
  .map(({ name, folder }) => ({ name, file: `docs/errors/${path.basename(folder)}.md` }))
  .filter(({ file }) => existsSync(path.join(root, file)))
  .map(({ name, file }) => ({ name, section: read(file) }));
mkdirSync(path.join(root, 'docs'), { recursive: true });
writeFileSync(path.join(root, 'docs/errors.md'), errorsPage(sections));
