// The page of a comparison of methods on a linear system.

const residualName = '‖b − Ax‖ / ‖b‖';

/** Residuals of all methods against iterations or time; a direct method is a point in time. */
function residualChart(parent, data) {
  const figure = new Figure(
      parent, {title: 'Residual of each method', wide: true, beside: true, aspect: 0.64, kind: 'residual'});
  const all = data.runs.map((run, i) => ({name: run.name, style: seriesStyle(i), run}));
  const hidden = new Set();
  const lengths = all.filter(m => m.run.iterative).map(m => m.run.iterations);
  const state = {effort: 'iteration', log: d3.max(lengths) > 20 * Math.max(1, d3.min(lengths))};
  const set = key => value => {
    state[key] = value;
    draw();
  };
  appendSwitch(
      figure.toolbar, 'against',
      [{value: 'iteration', label: 'iterations'}, {value: 'seconds', label: 'seconds'}], state.effort, set('effort'));
  appendToggle(figure.toolbar, 'log x', state.log, set('log'));
  const pointsOf = ({run}) => run.residual.map((r, k) => ({e: run[state.effort][k], r, last: k + 1 === run.residual.length}))
                                  .filter(p => p.e !== null && p.r !== null);

  function draw() {
    figure.clear();
    const shown = all.filter(m => !hidden.has(m.name) && (m.run.iterative || state.effort === 'seconds'));
    const lines = shown.map(m => ({...m, points: pointsOf(m)}));
    const residuals = lines.flatMap(l => l.points.map(p => p.r)).filter(r => r > 0);
    // A residual of zero stands at the lower edge.
    const floor = Math.max(1e-17, (d3.min(residuals) || 1e-16));
    const efforts = lines.flatMap(l => l.points.map(p => p.e)), least = d3.min(efforts.filter(e => e > 0)) || 1;
    const place = e => state.log ? Math.max(e, 0.5 * least) : e;
    const xRange = [figure.x0, figure.x1], yRange = [figure.y0, figure.y1];
    const x = state.log ? logScale(efforts.map(place), xRange, 0.03) : linearScale(efforts, xRange, 0.03);
    const y = logScale(residuals.concat([floor]), yRange);
    drawAxes(figure, x, y, state.effort === 'iteration' ? 'iterations' : 'seconds', residualName);
    figure.marks.append('line')
        .attr('class', 'reference')
        .attr('x1', figure.x0)
        .attr('x2', figure.x1)
        .attr('y1', y(data.tolerance))
        .attr('y2', y(data.tolerance));
    const at = p => [x(place(p.e)), y(Math.max(p.r, floor))];
    const path = d3.line().x(p => at(p)[0]).y(p => at(p)[1]);
    for (const line of longestFirst(lines, l => lengthThrough(l.points.map(at)))) {
      const g = figure.marks.append('g').attr('class', `series ${line.style.css}`).attr('data-series', line.name);
      if (line.run.iterative)
        g.append('path').attr('class', 'line').attr('stroke-dasharray', line.style.dash).attr('d', path(line.points));
      const marked = line.run.iterative ? evenly(line.points.length, mostMarkers).map(k => line.points[k]) :
                                          line.points.filter(p => p.last);
      g.selectAll('.mark')
          .data(marked)
          .join('path')
          .attr('class', 'mark')
          .attr('d', markerPath(line.style, line.run.iterative ? 48 : 110))
          .attr('transform', p => `translate(${at(p)})`)
          .append('title')
          .text(p => `${line.name}: ${formatNumber(p.e)} ${state.effort}, ${formatNumber(p.r, 3)}`);
    }
    const words = lines.filter(l => l.points.length).map(l => {
      const p = l.points[l.points.length - 1];
      return `${l.name} comes to ${formatNumber(p.r, 2)} within ${formatNumber(p.e)}`;
    });
    figure.describe(`${residualName} against ${state.effort === 'iteration' ? 'iterations' : 'seconds'}: ${words.join('; ')}.`);
  }

  const result = ({run}) => !run.solved    ? 'not solved' :
      run.iterative ? `${run.iterations} iterations` :
                      `${formatNumber(1e3 * run.seconds_total, 3)} ms`;
  const refresh = appendToggles(
      figure, all, hidden,
      () => {
        refresh();
        draw();
      },
      {result, resultName: () => 'iterations, or time of a direct method'});
  figure.legend.append('p')
      .attr('class', 'caption')
      .text('The dashed line is the tolerance. Direct methods are points, against seconds alone.');
  figure.table(
      ['method', 'iteration', 'seconds', residualName],
      () => all.flatMap(({name, run}) => evenly(run.residual.length, mostTableRows)
                                             .map(k => [name, run.iteration[k], run.seconds[k], run.residual[k]])),
      () => partInWords(mostTableRows, all.map(m => m.run.residual.length), 'records of each method'));
  draw();
}

/** The values of the spectrum by rank, on a logarithmic axis where they have one sign. */
function spectrumChart(parent, {kind, values}) {
  const figure = new Figure(parent, {title: `${kind[0].toUpperCase()}${kind.slice(1)}s`, wide: true, aspect: 0.36, kind: 'spectrum'});
  figure.clear();
  const logarithmic = values[0] > 0 && values[values.length - 1] > 10 * values[0];
  const x = linearScale([1, values.length], [figure.x0, figure.x1], 0.02);
  const y = logarithmic ? logScale(values, [figure.y0, figure.y1]) : linearScale(values, [figure.y0, figure.y1]);
  drawAxes(figure, x, y, 'in ascending order', kind);
  const style = seriesStyle(0);
  const g = figure.marks.append('g').attr('class', style.css);
  g.selectAll('.mark')
      .data(values)
      .join('path')
      .attr('class', 'mark')
      .attr('d', markerPath(style, values.length > 200 ? 10 : 28))
      .attr('transform', (v, i) => `translate(${x(i + 1)},${y(v)})`);
  figure.describe(`${values.length} ${kind}s, from ${formatNumber(values[0])} to ${formatNumber(values[values.length - 1])}.`);
  figure.table(['rank', kind], () => values.map((v, i) => [i + 1, v]));
}

/** Cells with entries, the fuller the darker. */
function patternChart(parent, title, {cells, entries, parts}) {
  const figure = new Figure(
      parent, {title, aspect: 1, kind: 'pattern', margin: {left: 8, right: 8, top: 8, bottom: 8}});
  figure.clear();
  const size = Math.min(figure.x1 - figure.x0, figure.y0 - figure.y1), cell = size / cells;
  const levels = 4, paths = d3.range(levels).map(() => []);
  for (let k = 0; k < parts.length; k += 3) {
    const level = Math.min(levels - 1, Math.floor(levels * Math.sqrt(parts[k + 2])));
    const left = figure.x0 + parts[k + 1] * cell, top = figure.y1 + parts[k] * cell, side = Math.max(cell, 1);
    paths[level].push(`M${left.toFixed(2)},${top.toFixed(2)}h${side.toFixed(2)}v${side.toFixed(2)}h${- side.toFixed(2)}z`);
  }
  figure.marks.append('rect')
      .attr('class', 'pattern-frame')
      .attr('x', figure.x0)
      .attr('y', figure.y1)
      .attr('width', size)
      .attr('height', size);
  figure.marks.selectAll('path.pattern')
      .data(paths)
      .join('path')
      .attr('class', 'pattern')
      .attr('opacity', (p, level) => 0.4 + 0.6 * (level + 1) / levels)
      .attr('d', p => p.join(''));
  figure.legend.append('p').attr('class', 'caption').text(`${entries} entries`);
  figure.describe(`${entries} entries in a grid of ${cells} by ${cells} cells, of which ${parts.length / 3} have some.`);
  figure.table(['cells from the top', 'from the left', 'part of the places that are filled'], () => d3.range(parts.length / 3).map(k => parts.slice(3 * k, 3 * k + 3)));
}

(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  if (data.runs.length) residualChart(figuresIn('residuals'), data);
  if (data.spectrum) spectrumChart(figuresIn('spectrum'), data.spectrum);
  if (data.sparsity) {
    const parent = figuresIn('sparsity').classed('small', true);
    patternChart(parent, 'A', data.sparsity.matrix);
    patternChart(parent, 'A, reordered', data.sparsity.ordered);
    patternChart(parent, 'L + Lᵀ', data.sparsity.factor);
  }
  makeCopyable();
})();
