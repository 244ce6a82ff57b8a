// How the step was kept in check: the gradient, the damping, and how well the model foretold the decrease.

const outcomeWords = {
  accepted: 'accepted',
  no_decrease: 'rejected: no decrease',
  not_finite: 'rejected: not finite',
  too_curved: 'rejected: acceleration too long',
  singular: 'rejected: singular'
};

function drawDamping(trace) {
  const holder = d3.select('#descent .figures');
  recordChart(holder, trace, {key: 'gradient_norm', title: 'Gradient', label: '‖Π(x − g) − x‖∞', log: true});
  recordChart(holder, trace, {key: 'damping', title: 'Damping', label: 'λ', log: true});
  recordChart(
      holder, trace,
      {key: 'gain_ratio', title: 'Gain ratio', label: 'ϱ = actual / predicted decrease', log: false, reference: 1});
  recordChart(holder, trace, {key: 'rate', title: 'Learning rate', label: 'rate', log: true});
}

/** What never changes needs a sentence, and no chart. */
function sayConstant(title, value, count) {
  d3.select('#descent').append('p').attr('class', 'caption').text(
      `${title}: ${formatNumber(value, 6)} in ${count === 2 ? 'both' : `all ${count}`} records.`);
}

/** One number of each record against the iteration; rejected trials are crosses. */
function recordChart(parent, trace, {key, title, label, log, reference}) {
  const values = trace[key];
  if (!values || finite(values).length < 2) return;
  const points =
      values.map((v, i) => ({n: trace.iteration[i], v, accepted: trace.accepted[i] !== 0, outcome: trace.outcome[i]}))
          .filter(p => p.v !== null && (!log || p.v > 0));
  if (points.length < 2) return;
  const [low, high] = d3.extent(points, p => p.v);
  if (high - low <= 1e-9 * Math.abs(high)) return sayConstant(title, high, points.length);
  const figure = new Figure(parent, {title, kind: key, aspect: 0.56});
  figure.clear();
  const x = linearScale(trace.iteration, [figure.x0, figure.x1], 0.02), yRange = [figure.y0, figure.y1];
  // A gain ratio may be far below zero where the model foretold nothing: such trials stand at the lower edge.
  const shown = v => log ? v : Math.max(-2, Math.min(4, v));
  const y = !log                     ? linearScale(points.map(p => shown(p.v)).concat([0, reference]), yRange) :
      wantsLog(points.map(p => p.v)) ? logScale(points.map(p => p.v), yRange) :
                                       linearScale(points.map(p => p.v), yRange);
  drawAxes(figure, x, y, 'iterations', label);
  if (reference !== undefined)
    figure.marks.append('line')
        .attr('class', 'reference')
        .attr('x1', figure.x0)
        .attr('x2', figure.x1)
        .attr('y1', y(reference))
        .attr('y2', y(reference));
  const style = seriesStyle(0), g = figure.marks.append('g').attr('class', style.css);
  const place = p => `translate(${x(p.n)},${y(shown(p.v))})`;
  const accepted = points.filter(p => p.accepted), rejected = points.filter(p => !p.accepted);
  appendCrosses(g, rejected, place).append('title').text(p => outcomeWords[p.outcome]);
  g.append('path').attr('class', 'line').attr('d', d3.line().x(p => x(p.n)).y(p => y(shown(p.v)))(points));
  g.selectAll('.mark')
      .data(evenly(accepted.length, 100).map(i => accepted[i]))
      .join('path')
      .attr('class', 'mark')
      .attr('d', markerPath(style, 32))
      .attr('transform', place);
  if (rejected.length) figure.legend.append('p').attr('class', 'caption').text(crossesInWords(rejected.length));
  figure.describe(
      `${label} over ${counted(points.length, 'record')}, from ${formatNumber(points[0].v)} at the first to ` +
      `${formatNumber(points[points.length - 1].v)} at the last; ${counted(rejected.length, 'trial')} rejected.`);
  figure.table(['iteration', label, 'outcome'], () => points.map(p => [p.n, p.v, outcomeWords[p.outcome]]));
}
