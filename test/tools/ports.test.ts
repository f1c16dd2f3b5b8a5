import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { portsFrom, requireFreePorts } from '../../tools/start/ports.ts';

const server = createServer();
afterEach(() => void server.close());

describe('the ports of npm start', () => {
  it('follow one another, so that the same lines can be pasted every time', () => {
    const ports = { api: 3000, wechatpay: 3001, backup: 3002, kms: 3003, dynamo: 3004, sqs: 3005 };
    expect(portsFrom('3000')).toEqual({ ...ports, eventBridge: 3006 });
    expect(Math.max(...Object.values(portsFrom('65529')))).toBe(65_535);
  });

  it('are any that are free, from 0', () => {
    expect(new Set(Object.values(portsFrom('0')))).toEqual(new Set([0]));
  });

  it.each(['three', '65530', '99999', '-1', '3000.5', ''])('cannot begin at %j', (first) => {
    expect(() => portsFrom(first)).toThrow('--port must be a number up to 65529');
  });

  it('are looked at before anything is started: one that is taken is named, with whose it is and the way out', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(requireFreePorts({ ...portsFrom('0'), kms: port })).rejects.toThrow(
      `Port ${port}, for KMS, is in use. End what listens there, or take 7 other ports: \`npm start -- --port 4000\` takes 4000 to 4006.`,
    );
  });
});
