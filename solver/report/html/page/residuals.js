// Residuals: is there anything left that the model does not explain, and are they normal?

function drawResiduals(fit) {
  const holder = figuresIn('residuals');
  if (!holder || !fit) return;
  residualChart(holder, fit.panels);
  if (fit.quantiles) quantileChart(holder, fit.quantiles, fit.panels.every(p => p.sigma.length > 0));
}

function residualChart(parent, panels) {
  const inputs = new Set(panels.map(p => p.input));
  const overInput = inputs.size === 1 && panels.every(p => p.x.length > 0);
  const over = overInput ? panels[0].input : 'fitted value';
  const weighted = panels.every(p => p.sigma.length > 0);
  const label = weighted ? 'residual (fitted − measured) / σ' : 'residual, fitted − measured';
  const figure = new Figure(parent, {title: `Residuals against ${over}`, kind: 'residuals'});
  const series = panels.map((panel, k) => ({
                              name: panel.name,
                              style: seriesStyle(k),
                              points: panel.residual.map((r, i) => ({x: (overInput ? panel.x : panel.fitted)[i], r}))
                                          .filter(p => p.x !== null && p.r !== null),
                            }));
  const all = series.flatMap(s => s.points);
  const x = linearScale(all.map(p => p.x), [figure.x0, figure.x1]);
  const y = linearScale(all.map(p => p.r).concat([0]), [figure.y0, figure.y1]);
  figure.clear();
  drawAxes(figure, x, y, over, label);
  figure.marks.append('line')
      .attr('class', 'reference')
      .attr('x1', figure.x0)
      .attr('x2', figure.x1)
      .attr('y1', y(0))
      .attr('y2', y(0));
  const area = all.length > 300 ? 18 : 36;
  for (const s of series)
    figure.marks.append('g')
        .attr('class', s.style.css)
        .selectAll('path')
        .data(s.points)
        .join('path')
        .attr('class', 'datum')
        .attr('d', markerPath(s.style, area))
        .attr('transform', p => `translate(${x(p.x)},${y(p.r)})`);
  if (series.length > 1) appendLegend(figure, series.map(s => ({...s, line: false, markCss: 'datum'})));
  const above = all.filter(p => p.r > 0).length;
  figure.describe(
      `${counted(all.length, 'residual')} against ${over}: ${above} above zero, ${
          all.length - above} not; the largest is ` +
      `${formatNumber(d3.max(all, p => Math.abs(p.r)))}${weighted ? ' standard deviations' : ''}.`);
  figure.table(['data set', over, 'residual'], () => series.flatMap(s => s.points.map(p => [s.name, p.x, p.r])));
}

/** Ordered residuals against the quantiles of the normal distribution; the line goes through the quartiles. */
function quantileChart(parent, quantiles, weighted) {
  const figure = new Figure(parent, {title: 'Normal quantiles', kind: 'quantiles'});
  const points = quantiles.normal.map((q, i) => ({q, r: quantiles.residual[i]}));
  const x = linearScale(quantiles.normal, [figure.x0, figure.x1]),
        y = linearScale(quantiles.residual, [figure.y0, figure.y1]);
  figure.clear();
  drawAxes(
      figure, x, y, 'quantile of the standard normal distribution',
      weighted ? 'residual / σ, ordered' : 'residual, ordered');
  const quartile = 0.6744897501960817;
  const at = q => {
    const i = Math.min(points.length - 1, Math.max(1, firstAtLeast(quantiles.normal, q)));
    const [a, b] = [points[i - 1], points[i]];
    return b.q === a.q ? a.r : a.r + (b.r - a.r) * (q - a.q) / (b.q - a.q);
  };
  const low = at(-quartile), high = at(quartile), slope = (high - low) / (2 * quartile), middle = 0.5 * (low + high);
  figure.marks.append('path')
      .attr('class', 'reference')
      .attr('d', d3.line().x(x).y(q => y(middle + slope * q))(x.domain()));
  figure.marks.append('g')
      .attr('class', dataStyle.css)
      .selectAll('circle')
      .data(points)
      .join('circle')
      .attr('class', 'datum')
      .attr('r', points.length > 300 ? 2.2 : 3.5)
      .attr('cx', p => x(p.q))
      .attr('cy', p => y(p.r));
  const away = d3.max(points, p => Math.abs(p.r - middle - slope * p.q));
  figure.describe(
      `${
          counted(
              quantiles.count, 'residual')}, ordered, against the quantiles of the normal distribution. On the line ` +
      `through the quartiles they would be normal; the farthest lies ${
          formatNumber(slope > 0 ? away / slope : 0, 2)} standard deviations from it.`);
  figure.table(['normal quantile', 'residual'], () => points.map(p => [p.q, p.r]));
}
