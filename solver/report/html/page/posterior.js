// Samples of a posterior: the distribution of each parameter on the diagonal, of each two below it.

function drawPosterior(data) {
  const holder = data && figuresIn('posterior');
  if (!holder) return;
  const p = data.parameters.length;
  const figure = new Figure(holder, {
    title: 'Samples of the posterior',
    kind: 'posterior',
    wide: true,
    aspect: p === 1 ? 0.42 : p === 2 ? 0.6 : 0.85,
    margin: {left: 96, right: 24, top: 14, bottom: 56}
  });
  figure.clear();
  const gap = 10, width = (figure.x1 - figure.x0 - gap * (p - 1)) / p, height = (figure.y0 - figure.y1 - gap * (p - 1)) / p;
  const left = i => figure.x0 + i * (width + gap), top = i => figure.y1 + i * (height + gap);
  const scales = data.parameters.map(q => d3.scaleLinear().domain([q.from, q.to]));
  data.parameters.forEach((q, i) => {
    const x = scales[i].copy().range([left(i), left(i) + width]);
    drawMarginal(figure, q, x, top(i), height);
    for (let j = i + 1; j < p; ++j) {
      const y = scales[j].copy().range([top(j) + height, top(j)]);
      drawPair(figure, data, i, j, x, y, width, height);
      if (i === 0) appendAxis(figure, d3.axisLeft(y).tickValues(ticksWithin(y, Math.floor(height / 50))), left(0), 0);
    }
    appendAxis(figure, d3.axisBottom(x).tickValues(ticksWithin(x, Math.floor(width / 90))), 0, figure.y0);
    figure.axes.append('text')
        .attr('class', 'label')
        .attr('x', left(i) + width / 2)
        .attr('y', figure.height - 10)
        .attr('text-anchor', 'middle')
        .text(q.name);
    if (i === 0) return;
    figure.axes.append('text')
        .attr('class', 'label')
        .attr('transform', `translate(14,${top(i) + height / 2}) rotate(-90)`)
        .attr('text-anchor', 'middle')
        .text(q.name);
  });
  figure.legend.append('p').attr('class', 'caption').text(
      `Upright lines are the ends of the ${data.level} intervals and the solution. ` +
      (data.shown < data.samples ? `${data.shown} of ${data.samples} samples are drawn as points.` : ''));
  figure.describe(`${data.samples} samples: ${
      enumerated(data.parameters.map(
          q => `${q.name} ${formatNumber(q.mean, 4)} ± ${formatNumber(q.standard_deviation, 2)}`))}.`);
  figure.table(
      ['parameter', 'mean', 'median', 'standard deviation', 'lower', 'upper', 'autocorrelation time', 'R̂'],
      () => data.parameters.map(
          q => [q.name, q.mean, q.median, q.standard_deviation, q.lower, q.upper, q.autocorrelation_time, q.r_hat]));
}

/** Ticks of a linear scale, three of them at the least. */
function ticksWithin(scale, count) {
  for (let n = Math.max(3, count);; ++n)
    if (scale.ticks(n).length >= 3) return scale.ticks(n);
}

function appendAxis(figure, axis, x, y) {
  figure.axes.append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(${x},${y})`)
      .call(axis.tickFormat(v => formatNumber(v)).tickSizeOuter(0));
}

/** A histogram of equal bins between q.from and q.to. */
function drawMarginal(figure, q, x, top, height) {
  const y = d3.scaleLinear().domain([0, d3.max(q.counts) * 1.05]).range([top + height, top]);
  const step = (q.to - q.from) / q.counts.length;
  figure.marks.append('g')
      .selectAll('rect')
      .data(q.counts)
      .join('rect')
      .attr('class', `bar ${seriesStyle(0).css}`)
      .attr('x', (_, k) => x(q.from + k * step))
      .attr('width', Math.max(1, x(q.from + step) - x(q.from) - 1))
      .attr('y', y)
      .attr('height', count => top + height - y(count));
  for (const [value, css] of [[q.lower, 'interval-end'], [q.upper, 'interval-end'], [q.value, 'minimum']])
    figure.marks.append('path')
        .attr('class', 'minimum')
        .attr('stroke-dasharray', css === 'minimum' ? null : '4 3')
        .style('stroke-width', css === 'minimum' ? 2 : 1.2)
        .attr('d', `M${x(value)},${top}V${top + height}`);
}

function drawPair(figure, data, i, j, x, y, width, height) {
  const inside = data.draws.filter(
      d => d[i] >= x.domain()[0] && d[i] <= x.domain()[1] && d[j] >= y.domain()[0] && d[j] <= y.domain()[1]);
  figure.marks.append('g')
      .attr('class', 'cloud')
      .selectAll('circle')
      .data(inside)
      .join('circle')
      .attr('class', 'point')
      .attr('r', 1.4)
      .attr('cx', d => x(d[i]))
      .attr('cy', d => y(d[j]));
  figure.axes.append('rect')
      .attr('class', 'frame')
      .attr('x', x.range()[0])
      .attr('y', y.range()[1])
      .attr('width', width)
      .attr('height', height)
      .style('fill', 'none')
      .style('stroke', 'var(--rule)');
}
