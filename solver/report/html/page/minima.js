// The minima that many starts found, and the intervals by profile.

function drawMinima(minima) {
  const holder = minima && figuresIn('minima');
  if (!holder) return;
  const figure = new Figure(holder, {
    title: 'Starts that led to each minimum',
    kind: 'minima',
    wide: true,
    height: 70 + 28 * minima.length,
    margin: {left: 116, right: 56}
  });
  figure.clear();
  const x = d3.scaleLinear().domain([0, d3.max(minima, m => m.found)]).range([figure.x0, figure.x1]);
  const y = d3.scaleBand().domain(d3.range(minima.length)).range([figure.y1, figure.y0]).padding(0.3);
  figure.axes.append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${figure.y0})`)
      .call(d3.axisBottom(x).ticks(Math.min(8, x.domain()[1])).tickFormat(d3.format('d')).tickSizeOuter(0));
  figure.axes.append('text')
      .attr('class', 'label')
      .attr('x', (figure.x0 + figure.x1) / 2)
      .attr('y', figure.height - 8)
      .attr('text-anchor', 'middle')
      .text('starts');
  const rows = figure.above.attr('class', seriesStyle(0).css)
                   .selectAll('g')
                   .data(minima)
                   .join('g')
                   .attr('transform', (m, i) => `translate(0,${y(i)})`);
  rows.append('rect')
      .attr('class', 'bar')
      .attr('x', figure.x0)
      .attr('height', y.bandwidth())
      .attr('width', m => x(m.found) - figure.x0);
  rows.append('text')
      .attr('x', figure.x0 - 8)
      .attr('y', y.bandwidth() / 2)
      .attr('text-anchor', 'end')
      .attr('dominant-baseline', 'central')
      .text(m => formatNumber(m.cost, 6));
  rows.append('text')
      .attr('x', m => x(m.found) + 6)
      .attr('y', y.bandwidth() / 2)
      .attr('dominant-baseline', 'central')
      .text(m => m.found);
  figure.axes.append('text')
      .attr('class', 'label')
      .attr('transform', `translate(14,${(figure.y0 + figure.y1) / 2}) rotate(-90)`)
      .attr('text-anchor', 'middle')
      .text('cost');
  figure.describe(
      `${counted(minima.length, 'minimum').replace('minimums', 'minima')}: ` +
      `${
          enumerated(
              minima.slice(0, 5).map(m => `cost ${formatNumber(m.cost, 6)} from ${counted(m.found, 'start')}`))}.`);
  figure.table(['cost', 'starts', 'first found by start'], () => minima.map(m => [m.cost, m.found, m.start]));
}

/** Each interval in units of the linear one's half-width, so that all share an axis. */
function drawProfile(profile) {
  const holder = profile && figuresIn('parameters');
  if (!holder) return;
  const longest = Math.min(22, d3.max(profile, p => p.name.length));
  const figure = new Figure(holder, {
    title: 'Intervals by profile and by standard error',
    kind: 'profile',
    wide: true,
    height: 70 + 34 * profile.length,
    margin: {left: 24 + 7.4 * longest, right: 24}
  });
  figure.clear();
  const reach = (p, end, side) => end.value === null ? null : (end.value - p.value) / p.half_width;
  const rows = profile.map(p => ({...p, from: reach(p, p.lower), to: reach(p, p.upper)}));
  const limit = Math.min(6, Math.max(1.5, d3.max(rows.flatMap(r => finite([r.from, r.to])), Math.abs)) * 1.1);
  const x = d3.scaleLinear().domain([-limit, limit]).range([figure.x0, figure.x1]);
  const y = d3.scaleBand().domain(rows.map(r => r.name)).range([figure.y1, figure.y0]).padding(0.2);
  figure.axes.append('g')
      .attr('class', 'grid')
      .selectAll('line')
      .data([-1, 0, 1])
      .join('line')
      .attr('x1', x)
      .attr('x2', x)
      .attr('y1', figure.y0)
      .attr('y2', figure.y1);
  figure.axes.append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${figure.y0})`)
      .call(d3.axisBottom(x).ticks(9).tickFormat(v => formatNumber(v)).tickSizeOuter(0));
  figure.axes.append('text')
      .attr('class', 'label')
      .attr('x', (figure.x0 + figure.x1) / 2)
      .attr('y', figure.height - 8)
      .attr('text-anchor', 'middle')
      .text('distance from the estimate, in half-widths');
  figure.axes.selectAll('.row')
      .data(rows)
      .join('text')
      .attr('class', 'row')
      .attr('x', figure.x0 - 10)
      .attr('text-anchor', 'end')
      .attr('y', r => y(r.name) + y.bandwidth() / 2)
      .attr('dominant-baseline', 'central')
      .text(r => r.name);
  const clamp = v => Math.max(-limit, Math.min(limit, v));
  const g = figure.marks.selectAll('.interval')
                .data(rows)
                .join('g')
                .attr('class', 'interval')
                .attr('transform', r => `translate(0,${y(r.name) + y.bandwidth() / 2})`);
  g.append('path')
      .attr('class', `line ${seriesStyle(0).css}`)
      .style('stroke-width', 4)
      .attr('d', r => `M${x(clamp(r.from === null ? -limit : r.from))},-4H${x(clamp(r.to === null ? limit : r.to))}`);
  g.append('path')
      .attr('class', `line ${seriesStyle(1).css}`)
      .attr('stroke-dasharray', seriesStyle(1).dash)
      .attr('d', `M${x(-1)},4H${x(1)}`);
  g.append('path').attr('class', 'minimum').attr('d', `M${x(0)},-9V9`);
  const open = (r, end, at) => r[end].value === null ? (r[end].kind === 'infinite' ? (at < 0 ? '←' : '→') : '?') : '';
  g.append('text').attr('x', figure.x0 + 4).attr('y', -8).text(r => open(r, 'lower', -1));
  g.append('text').attr('x', figure.x1 - 4).attr('y', -8).attr('text-anchor', 'end').text(r => open(r, 'upper', 1));
  appendLegend(figure, [
    {name: 'by profile', style: {...seriesStyle(0), dash: null}, mark: false},
    {name: 'by standard error', style: seriesStyle(1), mark: false}
  ]);
  figure.describe(
      `Profile intervals of ${counted(rows.length, 'parameter')} beside those by standard error: ` +
      `${
          enumerated(rows.slice(0, 4).map(
              r => `${r.name} from ${formatNumber(r.from, 3)} to ${formatNumber(r.to, 3)} half-widths`))}.`);
  figure.table(
      ['parameter', 'lower', 'upper', 'by standard error: lower', 'upper'],
      () => rows.map(
          r =>
              [r.name, r.lower.value === null ? r.lower.kind : r.lower.value,
               r.upper.value === null ? r.upper.kind : r.upper.value, ...r.linear]));
}
