#!/usr/bin/env node
import { main } from '../command/main.ts';

// It is imported when the first certificate is made. Whoever has not installed it is told before anything is done.
import.meta.resolve('@peculiar/x509');
await main();
