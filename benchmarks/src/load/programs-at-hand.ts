// Whether a program of the system is installed.

import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export function hasProgram(name: string, searchPath = process.env['PATH'] ?? ''): boolean {
  return searchPath.split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
