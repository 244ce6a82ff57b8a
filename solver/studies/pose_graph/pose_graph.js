// A pose graph on its way: where the file and the chordal start have it, and the solution. The way from pose to pose,
// and the edges that close loops.

function drawPoseGraph(graph) {
  if (!graph) return;
  const parent = figuresIn('graph').classed('small', true);
  graph.stages.forEach(stage => graphChart(parent, graph, stage));
}

function graphChart(parent, graph, {key, title, begins, cost, x, y, closures}) {
  const [left, right] = d3.extent(x), [low, high] = d3.extent(y);
  const figure = new Figure(parent, {title, kind: `graph-${key}`, aspect: 0.95, margin: {left: 56, right: 12}});
  figure.clear();
  // One scale for both directions: the picture is a map.
  const scale = 0.94 *
      Math.min(
          (figure.x1 - figure.x0) / Math.max(right - left, 1e-9), (figure.y0 - figure.y1) / Math.max(high - low, 1e-9));
  const middle = [0.5 * (left + right), 0.5 * (low + high)];
  const half = [0.5 * (figure.x1 - figure.x0) / scale, 0.5 * (figure.y0 - figure.y1) / scale];
  const atX = d3.scaleLinear().domain([middle[0] - half[0], middle[0] + half[0]]).range([figure.x0, figure.x1]);
  const atY = d3.scaleLinear().domain([middle[1] - half[1], middle[1] + half[1]]).range([figure.y0, figure.y1]);
  drawAxes(figure, atX, atY, graph.axes[0], graph.axes[1]);
  const path = (style, css, d) => figure.marks.append('g')
                                      .attr('class', style.css)
                                      .append('path')
                                      .attr('class', `line ${css}`)
                                      .attr('stroke-dasharray', style.dash)
                                      .attr('d', d);
  path(
      seriesStyle(1), 'closures',
      closures.map(([a, b, c, d]) => `M${pixel(atX(a))},${pixel(atY(b))}L${pixel(atX(c))},${pixel(atY(d))}`).join(''));
  path(
      seriesStyle(0), 'way',
      x.map((v, i) => `${graph.linked[i] ? 'L' : 'M'}${pixel(atX(v))},${pixel(atY(y[i]))}`).join(''));
  appendLegend(figure, [
    {name: 'from pose to pose', style: seriesStyle(0), mark: false},
    {name: 'other edges', style: seriesStyle(1), mark: false}
  ]);
  const costs = `${cost === null ? '' : ` The cost is ${formatNumber(cost)}.`}${begins ? ' The solve begins here.' : ''}`;
  if (costs) figure.legend.append('p').attr('class', 'caption').text(costs.trim());
  const share = (of, n) => n < of ? `${n} of ${of}` : `all ${of}`;
  figure.describe(
      `${share(graph.poses, x.length)} poses and ${share(graph.others, closures.length)} edges other than from ` +
      `pose to pose, in an extent of ${formatNumber(right - left, 3)} by ${formatNumber(high - low, 3)} metres.${costs}`);
  figure.table(['pose', ...graph.axes], () => x.map((v, i) => [String(graph.id[i]), v, y[i]]));
}

/** A tenth of a pixel is fine enough. */
function pixel(v) { return v.toFixed(1); }

addSectionChart(data => drawPoseGraph(data.pose_graph));
