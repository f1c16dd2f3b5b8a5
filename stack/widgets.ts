/** What a CloudWatch dashboard is made of; dashboard.js says what is on ours. */

const WIDTH = 24;
export const HEIGHT = 6;
/** Seconds. */
export const MINUTES_5 = 300;
/** Within Fn::Sub. */
export const REGION = `\${AWS::Region}`;

/** What is said of a line: label, stat, yAxis, … */
export type Look = Readonly<Record<string, unknown>>;
/** A line of a graph: a metric or an expression, and how it looks. */
export type Line = readonly [...names: string[], look: Look];
type Placed = { x: number; y: number; width: number; height: number };
export type Widget = { type: string; height?: number; properties: Look };
/** Widgets side by side. */
export type Row = readonly Widget[];

export const line = (
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  more: Look = {},
): Line => [namespace, name, ...Object.entries(dimensions).flat(), more];

export const graph = (
  title: string,
  metrics: readonly Line[],
  { stat = 'Sum', period = MINUTES_5, ...more }: Look = {},
): Widget => ({
  type: 'metric',
  properties: { title, region: REGION, view: 'timeSeries', stat, period, metrics, ...more },
});

/** Rows: a heading, and below it widgets that share the width. */
export const section = (heading: string, ...rows: Row[]): Row[] => [
  [{ type: 'text', height: 1, properties: { markdown: `## ${heading}` } }],
  ...rows,
];

/** Gives every widget of every row its place. */
export const placed = (rows: readonly Row[]): (Widget & Placed)[] => {
  let y = 0;
  return rows.flatMap((widgets) => {
    const width = WIDTH / widgets.length;
    const height = widgets[0]?.height ?? HEIGHT;
    const top = y;
    y += height;
    return widgets.map((widget, index) => ({ ...widget, x: index * width, y: top, width, height }));
  });
};
