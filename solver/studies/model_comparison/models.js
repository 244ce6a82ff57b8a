// The page of several models of the same data: all curves in one figure, and what each leaves.

function modelStyle(i) { return {...seriesStyle(i), css: `s${i % 8}`}; }

function showModels() {
  const {models} = JSON.parse(document.getElementById('data').textContent);
  const holder = figuresIn('curves');
  if (holder && models.length) {
    if (models.every(m => m.curve.length)) modelCurves(holder, models);
    modelResiduals(holder, models);
  }
  makeCopyable();
}

function modelCurves(parent, models) {
  const first = models[0];
  const figure = new Figure(
      parent, {title: `${first.response} against ${first.input}`, wide: true, aspect: 0.5, kind: 'models'});
  const hidden = new Set();
  const state = {logX: false, logY: false};
  const xs = first.x.concat(first.grid);
  const ys = first.y.concat(...models.map(m => m.curve));
  const wide = values => d3.min(values) > 0 && d3.max(values) / d3.min(values) > 10;
  for (const [key, name, values] of [['logX', 'log x', xs], ['logY', 'log y', ys]])
    if (wide(finite(values)))
      appendToggle(figure.toolbar, name, false, on => {
        state[key] = on;
        draw();
      });

  function draw() {
    figure.clear();
    const x = (state.logX ? logScale : linearScale)(xs, [figure.x0, figure.x1]);
    const y = (state.logY ? logScale : linearScale)(ys, [figure.y0, figure.y1]);
    drawAxes(figure, x, y, first.input, first.response);
    const shown = p => p.y !== null && (!state.logY || p.y > 0) && (!state.logX || p.x > 0);
    models.forEach((model, i) => {
      if (hidden.has(model.name)) return;
      const style = modelStyle(i), points = model.grid.map((v, k) => ({x: v, y: model.curve[k]}));
      figure.marks.append('g')
          .attr('class', `series ${style.css}`)
          .append('path')
          .attr('class', 'line curve')
          .attr('stroke-dasharray', style.dash)
          .attr('d', d3.line().defined(shown).x(p => x(p.x)).y(p => y(p.y))(points));
    });
    figure.marks.append('g')
        .attr('class', 's4')
        .selectAll('circle')
        .data(first.x.map((v, k) => ({x: v, y: first.y[k]})).filter(shown))
        .join('circle')
        .attr('class', 'datum')
        .attr('r', first.x.length > 300 ? 2.2 : 3.5)
        .attr('cx', p => x(p.x))
        .attr('cy', p => y(p.y));
  }
  appendToggles(figure, models.map((m, i) => ({name: m.name, style: modelStyle(i)})), hidden, draw);
  draw();
  figure.describe(`${counted(first.y.length, 'row')} and the fitted curves of ${enumerated(models.map(m => m.name))}.`);
  figure.table(
      [first.input, first.response, ...models.map(m => m.name)],
      () => first.y.map((v, i) => [first.x[i], v, ...models.map(m => m.fitted[i])]));
}

function modelResiduals(parent, models) {
  const overInput = models.every(m => m.x.length > 0);
  const over = overInput ? models[0].input : 'fitted value';
  const weighted = models[0].sigma.length > 0;
  const figure = new Figure(parent, {title: `Residuals against ${over}`, wide: true, aspect: 0.36, kind: 'residuals'});
  const series = models.map((m, i) => ({
                              name: m.name,
                              style: modelStyle(i),
                              points: m.residual.map((r, k) => ({x: (overInput ? m.x : m.fitted)[k], r}))
                                          .filter(p => p.x !== null && p.r !== null)
                            }));
  const hidden = new Set(), all = series.flatMap(s => s.points);
  function draw() {
    figure.clear();
    const x = linearScale(all.map(p => p.x), [figure.x0, figure.x1]);
    const y = linearScale(all.map(p => p.r).concat([0]), [figure.y0, figure.y1]);
    drawAxes(figure, x, y, over, weighted ? 'residual (fitted − measured) / σ' : 'residual, fitted − measured');
    figure.marks.append('line')
        .attr('class', 'reference')
        .attr('x1', figure.x0)
        .attr('x2', figure.x1)
        .attr('y1', y(0))
        .attr('y2', y(0));
    for (const s of series)
      if (!hidden.has(s.name))
        figure.marks.append('g')
            .attr('class', s.style.css)
            .selectAll('path')
            .data(s.points)
            .join('path')
            .attr('class', 'datum')
            .attr('d', markerPath(s.style, 36))
            .attr('transform', p => `translate(${x(p.x)},${y(p.r)})`);
  }
  appendToggles(figure, series, hidden, draw);
  draw();
  figure.describe(`What each of ${counted(models.length, 'model')} leaves: ${
      enumerated(series.map(s => `${s.name} at most ${formatNumber(d3.max(s.points, p => Math.abs(p.r)))}`))}.`);
  figure.table(['model', over, 'residual'], () => series.flatMap(s => s.points.map(p => [s.name, p.x, p.r])));
}
