// The paths of the methods over the map, played together.

const mostStepPoints = 200;  // of a path, that show its single steps
const noisyWidths = 4;       // widths of the map

/** Points of a path up to `position` in 0 … 1, the last one between two records. */
function partOfPath(run, position, clock, most) {
  const {x, evaluations} = run.trace;
  const n = x.length;
  let at = position * (n - 1);
  if (clock === 'evaluations') {
    // Slow methods take a thousand times as many: the clock runs on a logarithm.
    const reached = Math.pow(most + 1, position) - 1;
    const next = firstAtLeast(evaluations, reached);
    if (next >= n)
      at = n - 1;
    else
      at = next === 0 ?
          0 :
          next - 1 + (reached - evaluations[next - 1]) / Math.max(1e-12, evaluations[next] - evaluations[next - 1]);
  }
  const whole = Math.min(n - 1, Math.floor(at)), part = at - whole;
  const points = x.slice(0, whole + 1);
  if (part > 0 && whole + 1 < n) points.push(x[whole].map((v, k) => v + part * (x[whole + 1][k] - v)));
  return {points: points.filter(p => p.length === 2 && p[0] !== null && p[1] !== null), records: whole};
}

/** `runs()` returns the shown {name, style, run}; `legend` appends that of all methods. */
function landscapeChart(parent, {landscape, best, runs, legend, extra}) {
  const figure = new Figure(
      parent, {title: 'Paths of the methods', wide: true, beside: true, aspect: 0.64, kind: 'landscape'});
  if (extra) extra(figure.toolbar);
  const state = {clock: 'fraction', position: 1};
  const most = () => d3.max(runs(), r => d3.max(r.run.trace.evaluations || [0])) || 1;
  appendSwitch(
      figure.toolbar, 'play by',
      [{value: 'fraction', label: 'part of each path'}, {value: 'evaluations', label: 'evaluations'}], state.clock,
      clock => {
        state.clock = clock;
        player.refresh();
      });

  figure.clear();
  const {x, y} = planeScales(figure, landscape);
  drawLandscape(figure, landscape, best);
  drawAxes(figure, x, y, landscape.names[0], landscape.names[1]);
  const layer = figure.marks.append('g').attr('class', 'paths'), top = figure.marks.append('g');
  const minima = drawMinimaOf(figure, landscape);
  const line = d3.line().x(p => x(p[0])).y(p => y(p[1]));
  const isPoint = p => p.length === 2 && p[0] !== null && p[1] !== null;
  const lengthOf = r => lengthThrough(r.run.trace.x.filter(isPoint).map(p => [x(p[0]), y(p[1])]));

  function draw() {
    const shown = longestFirst(runs().filter(r => r.run.trace.x && r.run.trace.x.length), lengthOf);
    const limit = most();
    const paths = shown.map(r => ({...r, part: partOfPath(r.run, state.position, state.clock, limit)}));
    const g = layer.selectAll('g.path').data(paths, r => r.name).join(enter => {
      const one = enter.append('g').attr('class', r => `path ${r.style.css}`).attr('data-series', r => r.name);
      one.append('path').attr('class', 'line').attr('stroke-dasharray', r => r.style.dash);
      one.append('g').attr('class', 'steps');
      one.append('path')
          .attr('class', 'mark head')
          .attr('d', r => markerPath(r.style, 80))
          .append('title')
          .text(r => r.name);
      return one;
    });
    // A path many times as long as the map is wide covers what it crosses: it is drawn thinner.
    g.classed('noisy', r => lengthOf(r) > noisyWidths * (figure.x1 - figure.x0));
    g.select('path.line').attr('d', r => line(r.part.points));
    g.select('g.steps').each(function(r) {
      const steps = r.run.trace.x.length <= mostStepPoints ? r.part.points : [];
      d3.select(this)
          .selectAll('circle')
          .data(steps)
          .join('circle')
          .attr('class', 'step-point')
          .attr('r', 1.8)
          .attr('cx', p => x(p[0]))
          .attr('cy', p => y(p[1]));
    });
    g.select('path.head').attr('transform', r => {
      const p = r.part.points[r.part.points.length - 1];
      return p ? `translate(${x(p[0])},${y(p[1])})` : null;
    });
    const start = paths.length ? paths[0].run.trace.x[0] : null;
    top.selectAll('circle.origin')
        .data(start && start.length === 2 ? [start] : [])
        .join('circle')
        .attr('class', 'origin')
        .attr('r', 6)
        .attr('cx', p => x(p[0]))
        .attr('cy', p => y(p[1]));
    top.selectAll('text.halo')
        .data(start && start.length === 2 ? [start] : [])
        .join('text')
        .attr('class', 'halo')
        .text('start')
        .attr('x', p => x(p[0]) + (x(p[0]) > figure.x1 - 60 ? -11 : 11))
        .attr('y', p => y(p[1]) - 8)
        .attr('text-anchor', p => x(p[0]) > figure.x1 - 60 ? 'end' : 'start');
    describe(paths, start);
  }

  function describe(paths, start) {
    const ends = paths.map(r => {
      const p = r.run.trace.x[r.run.trace.x.length - 1];
      return `${r.name} ends at (${formatNumber(p[0])}, ${formatNumber(p[1])}) after ${
          counted(r.run.trace.x.length - 1, 'recorded step')}`;
    });
    figure.describe(
        `Contours of the cost over ${landscape.names[0]} and ${landscape.names[1]} with ${
            counted(minima, 'minimum').replace('minimums', 'minima')} marked` +
        `${
            start && start.length === 2 ? `, from the start at (${formatNumber(start[0])}, ${formatNumber(start[1])})` :
                                          ''}: ${ends.join('; ')}.`);
  }

  const player = appendPlayer(figure.figure.insert('div', '.canvas + div'), {
    name: 'position on the paths',
    position: 1,
    seconds: 6,
    moved(position) {
      state.position = position;
      draw();
      if (state.clock === 'evaluations') return counted(Math.round(Math.pow(most() + 1, position) - 1), 'evaluation');
      return `${Math.round(100 * position)} % of each path`;
    },
  });
  const refreshLegend = legend(figure);
  figure.legend.append('p')
      .attr('class', 'caption')
      .text(
          'Contours are spaced evenly in the logarithm of F − F*: the bluer, the lower. A cross marks a known minimum. ' +
          'Shorter paths lie above longer ones.');
  figure.table(
      ['method', 'record', ...landscape.names, 'cost'],
      () => runs().flatMap(
          r => evenly(r.run.trace.x.length, mostTableRows)
                   .map(i => [r.name, i, ...r.run.trace.x[i], r.run.trace.cost[i]])));
  return () => {
    refreshLegend();
    player.refresh();
  };
}
