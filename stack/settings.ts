/** The parameters of one packaging: which are given, and what became of them. */
import { settingsOf, stageOf, type Variables } from './framework.ts';
import { parseParameters, type Settings } from './parameters.ts';

/** The framework prints an error's stack, which tells whoever set a parameter nothing. */
const refuse = (problems: readonly string[]): never => {
  const error = new Error(problems.join('\n  '));
  error.stack = `\n  ${error.message}\n`;
  throw error;
};

type Params = Readonly<Record<string, object | undefined>>;

/** Names given on the command line and in serverless.yml, for this stage. */
const namesGiven = async (
  stage: string,
  { options, resolveConfigurationProperty }: Variables,
): Promise<string[]> => {
  const params = (await resolveConfigurationProperty(['params'])) as Params;
  const typed = (options.param ?? []).map((pair) => pair.slice(0, pair.indexOf('=')));
  return [...new Set([...Object.keys({ ...params['default'], ...params[stage] }), ...typed])];
};

/** For `custom.set`. */
export const parameters = async (variables: Variables): Promise<Settings> => {
  const stage = await stageOf(variables);
  const names = await namesGiven(stage, variables);
  const values = await Promise.all(names.map((name) => variables.resolveVariable(`param:${name}`)));
  const parsed = parseParameters(
    stage,
    Object.fromEntries(names.map((name, index) => [name, values[index]])),
  );
  return 'settings' in parsed ? parsed.settings : refuse(parsed.problems);
};

/** The scheduler takes one hour in the singular only. */
export const refreshRate = async (variables: Variables): Promise<string> => {
  const { refreshHours: hours } = await settingsOf(variables);
  return `rate(${hours} ${hours === 1 ? 'hour' : 'hours'})`;
};
