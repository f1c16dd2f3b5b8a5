/** What a CloudWatch dashboard is made of; dashboard.js says what is on ours. */

const WIDTH = 24;
export const HEIGHT = 6;
/** Seconds. */
export const MINUTES_5 = 300;
/** Within Fn::Sub. */
export const REGION = `\${AWS::Region}`;

/** One line of a graph. `more`: label, stat, yAxis, … */
export const line = (namespace, name, dimensions, more = {}) => [
  namespace,
  name,
  ...Object.entries(dimensions).flat(),
  more,
];

export const graph = (title, metrics, { stat = 'Sum', period = MINUTES_5, ...more } = {}) => ({
  type: 'metric',
  properties: { title, region: REGION, view: 'timeSeries', stat, period, metrics, ...more },
});

/** Rows: a heading, and below it widgets that share the width. */
export const section = (heading, ...rows) => [
  [{ type: 'text', height: 1, properties: { markdown: `## ${heading}` } }],
  ...rows,
];

/** Gives every widget of every row its place. */
export const placed = (rows) => {
  let y = 0;
  return rows.flatMap((widgets) => {
    const width = WIDTH / widgets.length;
    const height = widgets[0].height ?? HEIGHT;
    const top = y;
    y += height;
    return widgets.map((widget, index) => ({ ...widget, x: index * width, y: top, width, height }));
  });
};
