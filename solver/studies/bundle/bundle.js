// A bundle adjustment: the scene from above, before and after, and how far the projections lie from what was seen.

function drawBundle(bundle) {
  if (!bundle) return;
  const scene = figuresIn('scene');
  sceneChart(scene, bundle.before, 'before', 'Before: the file’s start');
  sceneChart(scene, bundle.after, 'after', 'After: the solution');
  if (bundle.errors) errorChart(figuresIn('errors'), bundle);
}

/** A wedge that opens to where the camera looks; its tip is the camera. */
function wedge(size) { return `M0,0L${size},${- 0.5 * size}L${size},${0.5 * size}Z`; }

function sceneChart(parent, {window, cameras, points}, when, title) {
  const [left, right, low, high] = window;
  const shape = (high - low) / (right - left);
  const figure = new Figure(parent, {
    title,
    kind: `scene-${when}`,
    aspect: Math.max(0.4, Math.min(0.9, 1.05 * shape + 0.1)),
    margin: {left: 60, right: 12}
  });
  figure.clear();
  // One scale for both directions: the picture is a map.
  const scale = Math.min((figure.x1 - figure.x0) / (right - left), (figure.y0 - figure.y1) / (high - low));
  const middle = [0.5 * (left + right), 0.5 * (low + high)];
  const half = [0.5 * (figure.x1 - figure.x0) / scale, 0.5 * (figure.y0 - figure.y1) / scale];
  const x = d3.scaleLinear().domain([middle[0] - half[0], middle[0] + half[0]]).range([figure.x0, figure.x1]);
  const y = d3.scaleLinear().domain([middle[1] - half[1], middle[1] + half[1]]).range([figure.y0, figure.y1]);
  drawAxes(figure, x, y, 'units of the file', 'units of the file');
  figure.marks.append('g')
      .attr('class', 'cloud')
      .selectAll('circle')
      .data(points.x)
      .join('circle')
      .attr('class', 'point')
      .attr('r', points.x.length > 1000 ? 0.8 : 1.6)
      .attr('cx', v => x(v))
      .attr('cy', (v, i) => y(points.y[i]));
  const size = cameras.x.length > 200 ? 7 : cameras.x.length > 50 ? 9 : 12;
  figure.marks.append('g')
      .attr('class', seriesStyle(1).css)
      .selectAll('path')
      .data(cameras.x)
      .join('path')
      .attr('class', 'mark camera')
      .attr('d', wedge(size))
      .attr(
          'transform',
          (v, i) => {
            const angle = -Math.atan2(cameras.heading_y[i], cameras.heading_x[i]) * 180 / Math.PI;
            return `translate(${x(v)},${y(cameras.y[i])}) rotate(${angle})`;
          })
      .append('title')
      .text((v, i) => `camera ${cameras.number[i]}`);
  const legend = figure.legend.append('ul').attr('class', 'legend');
  const entry = (draw, text) => {
    const item = legend.append('li');
    draw(item.append('svg').attr('width', 20).attr('height', 14).attr('aria-hidden', 'true'));
    item.append('span').text(text);
  };
  entry(
      svg => svg.attr('class', seriesStyle(1).css)
                 .append('path')
                 .attr('class', 'mark')
                 .attr('d', wedge(12))
                 .attr('transform', 'translate(3,7)'),
      'camera; the wedge opens to where it looks');
  entry(
      svg => svg.append('g').attr('class', 'cloud').append('circle').attr('class', 'point').attr('r', 2).attr('cx', 10).attr(
          'cy', 7),
      'point');
  const share = (of, n) => n < of ? `${n} of ${of}` : `all ${of}`;
  const outside = cameras.outside + points.outside;
  const sentence = `${share(cameras.of, cameras.x.length)} cameras and ${share(points.of, points.x.length)} points are drawn` +
      (outside ? `; ${counted(cameras.outside, 'camera')} and ${counted(points.outside, 'point')} lie outside.` : '.');
  figure.legend.append('p').attr('class', 'caption').text(sentence[0].toUpperCase() + sentence.slice(1));
  figure.describe(
      `The scene seen from above, as far as ${formatNumber(right - left, 3)} by ${
          formatNumber(high - low, 3)} units of the file: ${sentence}`);
  figure.table(
      ['camera', 'x', 'y', 'looks to, degrees from x'],
      () => cameras.x.map((v, i) => [
                            String(cameras.number[i]), v, cameras.y[i],
                            Math.atan2(cameras.heading_y[i], cameras.heading_x[i]) * 180 / Math.PI
                          ]));
}

/** Histograms before and after: bars, and a dashed outline. */
function errorChart(parent, {errors, observations, rms, median}) {
  const figure = new Figure(parent, {title: 'Distances between seen and projected', kind: 'errors', wide: true, aspect: 0.42});
  const {edges, before, after} = errors;
  figure.clear();
  const x = d3.scaleLog().domain([edges[0], edges[edges.length - 1]]).range([figure.x0, figure.x1]);
  const most = d3.max(before.concat(after));
  const y = d3.scaleLog().domain([0.7, Math.max(10, 1.5 * most)]).range([figure.y0, figure.y1]);
  drawAxes(figure, x, y, 'distance, pixels', 'observations');
  const bars = after.map((n, i) => ({n, i})).filter(b => b.n > 0);
  figure.marks.append('g')
      .attr('class', seriesStyle(0).css)
      .selectAll('rect')
      .data(bars)
      .join('rect')
      .attr('class', 'bar')
      .attr('x', b => x(edges[b.i]) + 0.5)
      .attr('width', b => Math.max(0.5, x(edges[b.i + 1]) - x(edges[b.i]) - 1))
      .attr('y', b => y(b.n))
      .attr('height', b => figure.y0 - y(b.n))
      .append('title')
      .text(b => `${formatNumber(edges[b.i], 3)} to ${formatNumber(edges[b.i + 1], 3)} pixels: ${b.n}`);
  const height = n => n > 0 ? y(n) : figure.y0;
  const outline = before.flatMap((n, i) => [[x(edges[i]), height(n)], [x(edges[i + 1]), height(n)]]);
  const path = d3.line()([[x(edges[0]), figure.y0], ...outline, [x(edges[edges.length - 1]), figure.y0]]);
  const lines = figure.marks.append('g').attr('class', seriesStyle(1).css);
  lines.append('path').attr('class', 'under').attr('d', path);
  lines.append('path').attr('class', 'line before').attr('stroke-dasharray', seriesStyle(1).dash).attr('d', path);
  appendLegend(figure, [
    {name: 'before', style: seriesStyle(1), mark: false},
    {name: 'after', style: {...seriesStyle(0), symbol: d3.symbolSquare}, line: false, markCss: 'bar'}
  ]);
  figure.legend.append('p').attr('class', 'caption').text(
      'Both axes are logarithmic. The first bar holds the shorter distances too.');
  figure.describe(
      `How many of ${counted(observations, 'observation')} lie how far from their projection, both axes logarithmic. ` +
      `Before: median ${formatNumber(median[0], 3)}, root mean square ${formatNumber(rms[0], 3)} pixels; after: median ${
          formatNumber(median[1], 3)}, root mean square ${formatNumber(rms[1], 3)} pixels.`);
  figure.table(
      ['from, pixels', 'to, pixels', 'before', 'after'],
      () => before.map((n, i) => [edges[i], edges[i + 1], String(n), String(after[i])]));
}

addSectionChart(data => drawBundle(data.bundle));
