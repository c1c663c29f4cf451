/**
 * `npm run demo:schemas`: writes the schema files of `flow.yaml`, after a change of the published schema.
 */

import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import { catalogTables } from './catalog.ts';

for (const { schemaPath, schema } of catalogTables) {
  const text = stringify(schema, { aliasDuplicateObjects: false });
  const style = await resolveConfig(schemaPath);
  await writeFile(schemaPath, await format(text, { ...style, parser: 'yaml' }));
}
