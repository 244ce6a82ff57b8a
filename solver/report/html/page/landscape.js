// The paths of the methods over the map, played together.

const mostStepPoints = 200;  // of a path, that show its single steps
const noisyWidths = 4;       // widths of the map
const leastWidth = 1.5, mostExtraWidth = 5;  // pixels
const headRadius = 4.6, headRim = 2.2;       // pixels

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
  return {points: points.filter(isPoint), records: whole};
}

const isPoint = p => p.length === 2 && p[0] !== null && p[1] !== null;

/** Of n paths from the lowest: each is wider than those above it, and shows beside them where they cover it. */
function lineWidths(n) {
  const rim = n > 1 ? Math.min(1.1, mostExtraWidth / (n - 1)) : 0;
  return d3.range(n).map(k => leastWidth + rim * (n - 1 - k));
}

/** Of heads from the lowest, in pixels: each is larger than those above it that are at the same place. */
function headRadii(places) {
  const near = (a, b) => a && b && Math.hypot(a[0] - b[0], a[1] - b[1]) < 2 * headRadius;
  const above = places.map((p, k) => places.slice(k + 1).filter(q => near(p, q)).length);
  const rim = Math.min(headRim, 12 / Math.max(1, d3.max(above)));
  return above.map(count => headRadius + rim * count);
}

const isInside = (p, {x0, x1, y0, y1}) => p[0] >= x0 && p[0] <= x1 && p[1] >= y1 && p[1] <= y0;

/** Where a line through pixels leaves the pane of a figure, or comes into it: {x, y, angle, leaves}, each place once. */
function crossings(points, pane) {
  const {x0, x1, y0, y1} = pane;
  const found = [];
  for (let i = 1; i < points.length; ++i) {
    const [p, q] = [points[i - 1], points[i]];
    const leaves = isInside(p, pane);
    if (leaves === isInside(q, pane)) continue;
    const reach = (from, to, low, high) =>
        to < low ? (low - from) / (to - from) : to > high ? (high - from) / (to - from) : 1;
    const [from, to] = leaves ? [p, q] : [q, p];
    const part = Math.min(reach(from[0], to[0], x0, x1), reach(from[1], to[1], y1, y0));
    const at = {
      x: from[0] + part * (to[0] - from[0]),
      y: from[1] + part * (to[1] - from[1]),
      angle: Math.atan2(q[1] - p[1], q[0] - p[0]) * 180 / Math.PI,
      leaves
    };
    if (found.every(other => Math.hypot(other.x - at.x, other.y - at.y) > 12)) found.push(at);
  }
  return found;
}

/** Where a word beside a start lies away from the mean first direction of the paths, in the pane of a figure. */
function labelPlace(start, paths, {x0, x1, y0, y1}) {
  const mean = [0, 0];
  for (const points of paths) {
    const away = points.map(p => [p[0] - start[0], p[1] - start[1]]).find(d => Math.hypot(d[0], d[1]) > 10);
    if (!away) continue;
    const length = Math.hypot(away[0], away[1]);
    mean[0] += away[0] / length;
    mean[1] += away[1] / length;
  }
  const places = [
    {dx: 11, dy: -8, anchor: 'start', to: [1, -0.6]}, {dx: -11, dy: -8, anchor: 'end', to: [-1, -0.6]},
    {dx: 11, dy: 16, anchor: 'start', to: [1, 0.6]}, {dx: -11, dy: 16, anchor: 'end', to: [-1, 0.6]}
  ];
  const fits = p => {
    const x = start[0] + p.dx + (p.dx > 0 ? 30 : -30), y = start[1] + p.dy;
    return x > x0 && x < x1 && y > y1 + 12 && y < y0 - 4;
  };
  const allowed = places.filter(fits);
  const along = p => p.to[0] * mean[0] + p.to[1] * mean[1];
  return (allowed.length ? allowed : places).reduce((a, b) => along(b) < along(a) ? b : a);
}

/** `runs()` returns the shown {name, style, run}; `legend` appends that of all methods. */
function landscapeChart(parent, {landscape, best, runs, legend, extra}) {
  const figure = new Figure(
      parent, {title: 'Paths of the methods', wide: true, beside: true, aspect: 0.64, kind: 'landscape'});
  if (extra) extra(figure.toolbar);
  const state = {clock: 'fraction', position: 1, window: null};
  const most = () => d3.max(runs(), r => d3.max(r.run.trace.evaluations || [0])) || 1;
  appendSwitch(
      figure.toolbar, 'play by',
      [{value: 'fraction', label: 'part of each path'}, {value: 'evaluations', label: 'evaluations'}], state.clock,
      clock => {
        state.clock = clock;
        player.refresh();
      });

  let x, y, layer, top, minima;
  /** The map of the window that the shown paths need. */
  function drawMap() {
    const window = windowOf(landscape, runs());
    if (state.window && window.every((v, k) => v === state.window[k])) return;
    state.window = window;
    figure.clear();
    ({x, y} = planeScales(figure, window));
    drawLandscape(figure, landscape, best, x, y);
    drawAxes(figure, x, y, landscape.names[0], landscape.names[1]);
    layer = figure.marks.append('g').attr('class', 'paths');
    top = figure.marks.append('g');
    minima = drawMinimaOf(figure, landscape, best, x, y);
  }

  const pixel = p => [x(p[0]), y(p[1])];
  // What lies far outside the map covers nothing.
  const held = ([px, py]) => [
    Math.max(figure.x0 - 50, Math.min(figure.x1 + 50, px)), Math.max(figure.y1 - 50, Math.min(figure.y0 + 50, py))
  ];
  const lengthOf = r => lengthThrough(r.run.trace.x.filter(isPoint).map(p => held(pixel(p))));

  function draw() {
    drawMap();
    const line = d3.line().x(p => x(p[0])).y(p => y(p[1]));
    const shown = longestFirst(runs().filter(r => r.run.trace.x && r.run.trace.x.length), lengthOf);
    const limit = most(), widths = lineWidths(shown.length);
    const part = r => partOfPath(r.run, state.position, state.clock, limit);
    const paths = shown.map((r, k) => ({...r, width: widths[k], part: part(r)}));
    const radii = headRadii(paths.map(r => r.part.points).map(p => p.length ? pixel(p[p.length - 1]) : null));
    const g = layer.selectAll('g.path').data(paths, r => r.name).join(enter => {
      const one = enter.append('g').attr('class', r => `path ${r.style.css}`).attr('data-series', r => r.name);
      one.append('path').attr('class', 'line').attr('stroke-dasharray', r => r.style.dash);
      one.append('g').attr('class', 'steps');
      one.append('g').attr('class', 'crossings');
      one.append('path').attr('class', 'mark head').append('title').text(r => r.name);
      return one;
    });
    g.order();
    // A path many times as long as the map is wide covers what it crosses: it is drawn thinner.
    g.classed('noisy', r => lengthOf(r) > noisyWidths * (figure.x1 - figure.x0));
    g.select('path.line').style('--width', r => r.width).attr('d', r => line(r.part.points));
    g.select('g.steps').each(function(r) {
      const steps = r.run.trace.x.length <= mostStepPoints ? r.part.points : [];
      d3.select(this)
          .selectAll('circle')
          .data(steps)
          .join('circle')
          .attr('class', 'step-point')
          .attr('r', 0.5 * r.width + 1.1)
          .attr('cx', p => x(p[0]))
          .attr('cy', p => y(p[1]));
    });
    g.select('g.crossings').each(function(r) {
      d3.select(this)
          .selectAll('path')
          .data(crossings(r.part.points.map(pixel), figure))
          .join('path')
          .attr('class', 'mark crossing')
          .attr('d', at => at.leaves ? 'M0,0L-11,-6V6Z' : 'M11,0L0,-6V6Z')
          .attr('transform', at => `translate(${at.x},${at.y}) rotate(${at.angle})`);
    });
    g.select('path.head').attr('d', (r, k) => markerPath(r.style, Math.PI * radii[k] ** 2)).attr('transform', r => {
      const p = r.part.points[r.part.points.length - 1];
      return p ? `translate(${x(p[0])},${y(p[1])})` : null;
    });
    arrows.style('display', layer.selectAll('path.crossing').empty() ? 'none' : null);
    const start = paths.length ? paths[0].run.trace.x[0] : null;
    drawStart(start && isPoint(start) ? [pixel(start)].filter(p => isInside(p, figure)) : [], paths);
    describe(paths, start);
  }

  /** The start, and its name on the side that the paths leave free. */
  function drawStart(starts, paths) {
    const ways = paths.map(r => r.run.trace.x.filter(isPoint).map(pixel));
    const place = starts.length ? labelPlace(starts[0], ways, figure) : null;
    top.selectAll('circle.origin')
        .data(starts)
        .join('circle')
        .attr('class', 'origin')
        .attr('r', 6)
        .attr('cx', p => p[0])
        .attr('cy', p => p[1]);
    top.selectAll('text.halo')
        .data(starts)
        .join('text')
        .attr('class', 'halo')
        .text('start')
        .attr('x', p => p[0] + place.dx)
        .attr('y', p => p[1] + place.dy)
        .attr('text-anchor', place ? place.anchor : null);
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

  const hasHigher = landscape.minima.some(m => isAbove(landscape, best, m));
  const refreshLegend = legend(figure);
  figure.legend.append('p')
      .attr('class', 'caption')
      .text(
          'Contours are spaced evenly in the logarithm of F − F*: the bluer, the lower. A cross marks a known minimum' +
          `${hasHigher ? ', a thin one a minimum that is not the lowest' : ''}. ` +
          'Shorter paths lie above longer ones, which are drawn wider.');
  const arrows = figure.legend.append('p').attr('class', 'caption').text(
      'Arrows at the edge mark where a path leaves the map, or comes into it.');
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
  figure.table(
      ['method', 'record', ...landscape.names, 'cost'],
      () => runs().flatMap(
          r => evenly(r.run.trace.x.length, mostTableRows)
                   .map(i => [r.name, i, ...r.run.trace.x[i], r.run.trace.cost[i]])),
      () => partInWords(mostTableRows, runs().map(r => r.run.trace.x.length), 'records of each method'));
  return () => {
    refreshLegend();
    player.refresh();
  };
}
