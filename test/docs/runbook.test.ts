import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { endpointsIn } from '../../lib/documents/endpoints.ts';
import { REASONS } from '../../lib/errors.ts';
import { CONTRACTS } from '../../lib/names.ts';
import { LOGGABLE } from '../../lib/telemetry.ts';
import { accessLog } from '../../stack/api.ts';
import { blocks } from '../support/docs/page.ts';
import { type Alarm, alarmsIn, kindOf, pageOf } from '../support/template/alarm.ts';
import { ofType, packaged } from '../support/template/packaged.ts';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = new URL('docs/runbook/', ROOT);
const resources = await packaged();
const alarmsById = alarmsIn(resources);
const alarms = Object.values(alarmsById);
const endpoints = (await endpointsIn()).map(({ name }) => name);
const functions = [...endpoints, 'platformCertificatesRefresh', 'notifications'];
const kind = (alarm: Alarm) => kindOf(alarm, [...functions, CONTRACTS]);
const names = (await readdir(FOLDER)).filter((name) => name !== 'README.md').sort();
const index = await readFile(new URL('README.md', FOLDER), 'utf8');
const pages = await Promise.all(
  names.map(async (name) => ({ name, text: await readFile(new URL(name, FOLDER), 'utf8') })),
);
const rows = index
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** Of how many things an alarm may be. */
const COUNTS: Record<string, number> = {
  'each endpoint': endpoints.length,
  'each endpoint, the contracts': endpoints.length + 1,
  'each endpoint, notifications': endpoints.length + 1,
  'each endpoint, the contracts, notifications': endpoints.length + 2,
  'each function': functions.length,
  'the contracts': 1,
  notifications: 1,
  'the stage': 1,
};

describe('the runbook', () => {
  it('has a page for each alarm and no others', () => {
    expect([...new Set(alarms.map(pageOf))].sort()).toEqual(names);
  });

  it('has each kind of alarm in its index, with the page its description names and how urgent it is', () => {
    const written = rows.map(([, named = '', of, link = '', urgency]) => {
      expect(Object.keys(COUNTS)).toContain(of);
      expect(urgency).toMatch(/^(?:now|today|this week)$/);
      return `${named.replaceAll('`', '')} ${/\((.+)\)/.exec(link)?.[1]}`;
    });
    const real = alarms.map((alarm) => `${kind(alarm)} ${pageOf(alarm)}`);
    expect(written.sort()).toEqual([...new Set(real)].sort());
  });

  it('says of how many things an alarm is', () => {
    for (const [, named = '', of = ''] of rows)
      expect(alarms.filter((alarm) => `\`${kind(alarm)}\`` === named)).toHaveLength(COUNTS[of] ?? 0);
  });

  it.each(pages)(
    '$name says what it means, what users see, what to look at, what to do and when it is over',
    ({ text }) => {
      const [title = '', , meaning = ''] = text.split('\n\n');
      expect(title).toMatch(/^# \S/);
      expect(meaning).not.toMatch(/^#/);
      expect(text.match(/^## .+$/gm)).toEqual(['## What users see', '## Look at', '## Do', '## Over when']);
      expect(text.split('\n').length).toBeLessThanOrEqual(48);
    },
  );
});

/** Functions and words of CloudWatch Logs Insights. */
const WORDS =
  'fields filter stats sort limit by and or not in like as desc asc count latest avg max min bin ispresent strcontains'.split(
    ' ',
  );
/** What CloudWatch finds by itself in any log, and in Lambda's own lines; Powertools' `message` names our events. */
const FOUND = ['@timestamp', '@requestId', '@type', '@duration', '@memorySize', '@maxMemoryUsed', 'message'];

const queries = pages.flatMap(({ name, text }) =>
  blocks(text, '').map((query, nth) => ({ name, query, nth: nth + 1 })),
);
/** The fields of a query: its words without strings, patterns, its own names, functions and durations. */
const fieldsIn = (query: string): string[] => {
  const bare = query.replaceAll(/"[^"]*"/g, '').replaceAll(/like \/.*\/(?=\s|$)/gm, 'like');
  const own = [...bare.matchAll(/\bas (\w+)/g)].map(([, name]) => name);
  const words = [...bare.matchAll(/(?<![\w@])@?[A-Za-z_]\w*/g)].map(([word]) => word);
  return words.filter((word) => !WORDS.includes(word) && !own.includes(word));
};

describe('a query of the runbook', () => {
  it.each(queries)('$nth of $name asks for nothing but what is logged', ({ name, query }) => {
    // A line of a function that crashed may quote anything: it may be searched, never shown.
    const searched = query.replaceAll(/strcontains\(@message, |filter @message like \/.*\/$/gm, '');
    const ofTheApi = name.startsWith('api-') ? Object.keys(JSON.parse(accessLog) as object) : [];
    const allowed: string[] = [...FOUND, ...LOGGABLE, ...ofTheApi];
    expect(fieldsIn(searched)).not.toEqual([]);
    expect(fieldsIn(searched).filter((field) => !allowed.includes(field))).toEqual([]);
  });

  it.each(queries)('$nth of $name filters by messages that are logged', async ({ query }) => {
    const source = await readFile(new URL('lib/telemetry.ts', ROOT), 'utf8');
    const events = [...source.matchAll(/^ {2}\| '([a-z-]+ [a-z -]+)'/gm)].map(([, event]) => event);
    const asked = [...query.matchAll(/message (?:=|in) (\[[^\]]*\]|"[^"]*")/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/"([^"]+)"/g)].map(([, event]) => event),
    );
    expect(asked.filter((event) => !events.includes(event))).toEqual([]);
  });
});

it.each(pages)('$name names reasons that the log has', ({ text }) => {
  const reasons = [...text.matchAll(/`(\w+_\w+)`|reason = "(\w+)"/g)].map(
    ([, named, asked]) => named ?? asked ?? '',
  );
  const others: string[] = [...LOGGABLE, 'signing_key_arn'];
  const known: string[] = [...REASONS];
  const lower = reasons.filter((word) => word === word.toLowerCase() && !others.includes(word));
  expect(lower.filter((word) => !known.includes(word) && !word.endsWith('_'))).toEqual([]);
});

it('says on the page of each alarm that stops a deployment, and on no other, how to deploy what mends it', () => {
  type Stopping = { Alarms: { Name: { Ref: string } }[] };
  const stopping = ofType(resources, 'AWS::CodeDeploy::DeploymentGroup').flatMap(([, { Properties }]) =>
    (Properties['AlarmConfiguration'] as Stopping).Alarms.map(({ Name }) => alarmsById[Name.Ref]),
  );
  const stopped = stopping.map((alarm) => alarm && pageOf(alarm));
  const way = '--param="deploymentAlarms=ignore"';
  const saying = pages.filter(({ text }) => text.includes(way)).map(({ name }) => name);
  expect(saying).toEqual([...new Set(stopped)].sort());
});

it('names commands that our tools have, and alarms that exist', async () => {
  const texts = [...pages.map(({ text }) => text), index];
  const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const used = texts.flatMap((text) => [...text.matchAll(/npm run ([\w-]+) -- ([\w-]+)/g)]);
  expect(new Set(used.map(([, tool]) => tool))).toEqual(new Set(['dead-letters', 'merchant']));
  for (const tool of ['dead-letters', 'merchant']) {
    const [, ...args] = `${scripts[tool]} --help`.split(' ');
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    const commands = [...stdout.matchAll(/^ {2}([a-z0-9-]+) {2,}/gm)].map(([, command]) => command);
    for (const [, of, command] of used) if (of === tool) expect(commands).toContain(command);
  }
  const tested = /--alarm-name (\S+)/.exec(index)?.[1]?.replace('STAGE', 'prod');
  expect(alarms.map(({ AlarmName }) => AlarmName)).toContain(tested);
});
