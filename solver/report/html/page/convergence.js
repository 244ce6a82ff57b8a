// Cost against iterations, evaluations or time.

const effortNames = {
  iteration: 'iterations',
  evaluations: 'evaluations',
  seconds: 'seconds'
};
const mostMarkers = 14;     // on a line among others
const mostTableRows = 200;  // of a series
const noisyHeights = 6;     // of the drawing, that a line rises and falls
const mostCrosses = 40;     // for rejected trials: more would hide the line

/** The measures of effort that the traces hold and that differ. */
function effortsOf(series) {
  return Object.keys(effortNames).filter(key => series.some(s => {
    const values = s.trace[key];
    return values && values.length > 1 && d3.max(values) > d3.min(values);
  }));
}

/** The two ways to look at the cost: itself, or its height above the lowest known. */
function heightsOf(series, best) {
  const lowest = d3.min(series, s => d3.min(finite(s.trace.cost || [])));
  const options = [{value: 'cost', label: 'F', shift: 0}];
  if (best !== null && best !== undefined)
    options.push({value: 'height', label: 'F − F*', axis: 'F − F*, F* the best known', shift: best});
  else if (lowest !== undefined)
    options.push({value: 'height', label: 'F − lowest', axis: 'F − lowest cost met', shift: lowest});
  return options;
}

/** Crosses for rejected trials, not more of them than leave the line visible. */
function appendCrosses(g, rejected, place) {
  const size = rejected.length > mostCrosses ? 3 : 4;
  return g.selectAll('.rejected')
      .data(evenly(rejected.length, mostCrosses).map(i => rejected[i]))
      .join('path')
      .attr('class', 'rejected')
      .attr('d', `M${- size},${- size}L${size},${size}M${- size},${size}L${size},${- size}`)
      .attr('transform', place);
}

/** What the crosses are, of `count` rejected trials. */
function crossesInWords(count) {
  return count > mostCrosses ? `Crosses are ${mostCrosses} of the ${count} trials that were rejected.` :
                               'Crosses are trials that were rejected.';
}

/**
 * `series()` returns the lines to draw: {name, style, trace, reached}; `all` are those that could ever be drawn;
 * `reached` is the record's effort at the target, or null. Returns a function that draws again.
 */
function convergenceChart(parent, {title, all, series, best, many, extra}) {
  const figure =
      new Figure(parent, {title, wide: true, beside: many, aspect: many ? 0.64 : 0.42, kind: 'convergence'});
  const efforts = effortsOf(all), heights = heightsOf(all, best);
  const lengths = all.map(s => d3.max(s.trace.evaluations || s.trace.iteration || [1]));
  const state = {
    effort: many && efforts.includes('evaluations') ? 'evaluations' : efforts[0] || 'iteration',
    height: many && heights.length > 1 ? 'height' : 'cost',
    log: many && d3.max(lengths) > 20 * Math.max(1, d3.min(lengths)),
  };
  const set = key => value => {
    state[key] = value;
    draw();
  };
  if (extra) extra(figure.toolbar);
  if (efforts.length > 1)
    appendSwitch(
        figure.toolbar, 'against', efforts.map(e => ({value: e, label: effortNames[e]})), state.effort, set('effort'));
  if (heights.length > 1) appendSwitch(figure.toolbar, 'cost', heights, state.height, set('height'));
  appendToggle(figure.toolbar, 'log x', state.log, set('log'));

  function points(s, shift) {
    const effort = s.trace[state.effort] || [];
    return effort.map((e, i) => ({e, f: s.trace.cost[i] === null ? null : s.trace.cost[i] - shift, i}));
  }

  function draw() {
    figure.clear();
    const shown = series(), height = heights.find(h => h.value === state.height);
    const lines = shown.map(s => ({...s, points: points(s, height.shift)}));
    const values = lines.flatMap(l => l.points.map(p => p.f));
    // A cost that is not above F*, within its rounding, has no logarithm: it stands on a line of its own.
    const hasZero = d3.min(finite(values)) <= 0, isHeight = state.height === 'height';
    const atZero = hasZero && values.some(v => v > 0) && (isHeight || d3.min(finite(values)) === 0);
    const logarithmic = atZero ? isHeight || wantsLog(values) : !hasZero && wantsLog(values);
    const usable = p => p.f !== null;
    const allEfforts = lines.flatMap(l => l.points.map(p => p.e));
    const least = d3.min(allEfforts.filter(e => e > 0)) || 1;
    // On a logarithmic axis the start, at no effort, stands half the first effort from the left.
    const place = e => state.log ? Math.max(e, 0.5 * least) : e;
    const xRange = [figure.x0, figure.x1], yRange = [figure.y0, figure.y1];
    const x = state.log ? logScale(allEfforts.map(place), xRange, 0.01) : linearScale(allEfforts, xRange, 0.02);
    const y = !logarithmic ? linearScale(values, yRange) :
        atZero             ? logScaleWithZero(values, yRange) :
                             logScale(values, yRange);
    const yTicks = logarithmic && atZero ? [0, ...ticksOf(y, tickCounts(figure).y)] : null;
    drawAxes(figure, x, y, effortNames[state.effort], height.axis || 'cost F', {yTicks});
    const path = d3.line().defined(usable).x(p => x(place(p.e))).y(p => y(p.f));
    const lengthOf = line => lengthThrough(line.points.filter(usable).map(p => [x(place(p.e)), y(p.f)]));
    for (const line of longestFirst(lines, lengthOf)) {
      const noisy = lengthOf(line) > noisyHeights * (figure.y0 - figure.y1);
      drawLine(figure, line, path, p => x(place(p.e)), y, usable).classed('noisy', noisy);
    }
    describe(lines);
  }

  function drawLine(target, line, path, x, y, usable) {
    // Not clipped: all points lie in the drawing, and the rings of those at its edge are whole.
    const g = target.above.append('g').attr('class', `series ${line.style.css}`).attr('data-series', line.name);
    const drawn = line.points.filter(usable);
    drawRejected(g, line, drawn, x, y);
    g.append('path').attr('class', 'line').attr('stroke-dasharray', line.style.dash).attr('d', path(line.points));
    const marked = evenly(drawn.length, many ? mostMarkers : 100).map(i => drawn[i]);
    g.selectAll('.mark')
        .data(marked)
        .join('path')
        .attr('class', 'mark')
        .attr('d', markerPath(line.style, many ? 48 : 32))
        .attr('transform', p => `translate(${x(p)},${y(p.f)})`)
        .append('title')
        .text(p => `${line.name}: ${formatNumber(p.e)} ${effortNames[state.effort]}, ${formatNumber(p.f, 6)}`);
    if (line.reached && line.reached.evaluations !== null && line.trace.evaluations) {
      const at =
          line.points[Math.min(line.points.length - 1, firstAtLeast(line.trace.evaluations, line.reached.evaluations))];
      if (at && usable(at))
        g.append('circle').attr('class', 'reached').attr('r', 8).attr('cx', x(at)).attr('cy', y(at.f));
    }
    return g;
  }

  /** Trials that were refused, at the height of the cost that they left as it was. */
  function drawRejected(g, line, drawn, x, y) {
    if (!line.trace.accepted) return;
    appendCrosses(
        g, drawn.filter(p => line.trace.accepted[p.i] === 0), p => `translate(${x(p)},${y(p.f)})`);
  }

  function describe(lines) {
    const falls = lines.map(l => {
      const costs = finite(l.trace.cost), effort = l.trace[state.effort] || [0];
      return `${l.name} goes from ${formatNumber(costs[0])} to ${formatNumber(d3.min(costs))} within ` +
          `${formatNumber(effort[effort.length - 1])} ${effortNames[state.effort]}`;
    });
    figure.describe(`The cost F against ${effortNames[state.effort]}: ${falls.join('; ')}.`);
  }

  figure.table(
      ['method', 'iteration', 'evaluations', 'seconds', 'cost'],
      () => series().flatMap(
          s => evenly(s.trace.cost.length, mostTableRows)
                   .map(i => [s.name, ...Object.keys(effortNames).map(e => (s.trace[e] || [])[i]), s.trace.cost[i]])),
      () => partInWords(mostTableRows, series().map(s => s.trace.cost.length), 'records of each method'));
  draw();
  return {figure, draw};
}
