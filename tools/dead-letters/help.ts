export const HELP = `Usage: npm run dead-letters -- <list|redrive|purge> [options]

Looks after the sign-ups asked for by events that came to no end: dead letters (received five times, or unreadable) and
undelivered events (EventBridge could not put them into the endpoint's queue). Prints nothing personal of them.

  list      shows each with the reason, and leaves it where it is
  redrive   moves them back to the endpoint's queue, apart from what nobody can read
  purge     deletes the dead letters of an endpoint for good

  --stage NAME     stage of the deployment (default: dev; redrive and purge without a terminal need it)
  --region REGION  AWS region (default: AWS_REGION, or the profile’s)
  --profile NAME   AWS profile (default: AWS_PROFILE, or the SDK’s credential chain)
  --endpoint NAME  one endpoint, by its function's name (default: all; purge needs it)
  --limit NUMBER   list: messages shown of each queue (default: 100)
  --unreadable     purge: delete only what nobody can read, of the dead letters and of the undelivered
  --yes            purge: confirm what would be asked
  --json           one JSON object on standard output
  --help           this text

docs/dead-letters.md tells more.
Status: 0 done, 1 failed or not wholly done, 2 wrong usage.
`;
