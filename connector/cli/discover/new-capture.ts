/** A capture for those who have none yet: a small `flow.yaml`, to be filled in by discover. */

import path from 'node:path';
import { configOf, type TypedPlace } from '../catalog/local-config.ts';
import { addTo } from '../catalog/yaml-edit.ts';
import { parseYamlFile, type YamlFile } from '../catalog/yaml-file.ts';
import { inlineYaml } from '../catalog/yaml-text.ts';
import { cannotEdit } from './by-hand.ts';

export interface NewCapture extends TypedPlace {
  readonly name: string;
  /** Path of the program that runs. */
  readonly program: string;
}

/**
 * The file with the capture, which has no bindings yet; a new file where there is none. Throws `flow-file-invalid`
 * with the lines to add where the file cannot be edited.
 */
export function withNewCapture(
  file: YamlFile | undefined,
  source: string,
  capture: NewCapture,
): YamlFile {
  const command = commandOf(path.dirname(source), capture.program);
  const config = configOf(capture);
  const value = { endpoint: { local: { command, config } }, bindings: [] };
  const block = `${inlineYaml(capture.name)}:
  endpoint:
    local:
      command: ${inlineYaml(command)}
      config:
${configBlock(capture)}  bindings: []
`;
  const isJson = path.extname(source) === '.json';
  const given = file ?? parseYamlFile(source, isJson ? '{}\n' : heading);
  const added = addTo(given, ['captures'], { name: capture.name, value, block });
  if (added !== undefined) return added;
  throw cannotEdit([{ file: source, path: ['captures'], lines: block }]);
}

const heading = `# Tables of DynamoDB, captured by source-dynamodb.
#
#   source-dynamodb validate    checks the capture against the tables, and tells what it will take
#   source-dynamodb pull        captures on this machine
`;

function configBlock({ region, endpoint, hasLocalCredentials }: NewCapture): string {
  const lines = [
    `region: ${inlineYaml(region)}`,
    ...(hasLocalCredentials
      ? [
          '# A local server takes any credentials.',
          'credentials:',
          '  auth_type: AWSAccessKey',
          '  aws_access_key_id: local',
          '  aws_secret_access_key: local',
        ]
      : ['# Credentials are those of your environment or AWS profile.']),
    ...(endpoint === undefined ? [] : ['advanced:', `  endpoint: ${inlineYaml(endpoint)}`]),
  ];
  return lines.map((line) => `        ${line}\n`).join('');
}

/**
 * A command that works on another machine: by its path where the program lies below the file's folder, and goes where
 * that goes; otherwise by its name, as an installed program.
 */
function commandOf(folder: string, program: string): string[] {
  const relative = path.relative(path.resolve(folder), program);
  const isBelow = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return isBelow ? ['node', relative.split(path.sep).join('/')] : ['source-dynamodb'];
}
