// Performance profiles (Dolan & Moré 2002): the part of all cases that a method solves within a factor of the best.

function performanceChart(parent, methods, performance) {
  const figure = new Figure(
      parent, {title: 'Cases solved within a factor of the best method', wide: true, aspect: 0.5, kind: 'performance'});
  const all = methods.map((name, i) => ({name, style: seriesStyle(i), i}));
  const hidden = new Set();
  let effort = 'evaluations';
  appendSwitch(
      figure.toolbar, 'over', [{value: 'evaluations', label: 'evaluations'}, {value: 'seconds', label: 'time'}], effort,
      value => {
        effort = value;
        draw();
      });

  function draw() {
    figure.clear();
    const {cases, ratios} = performance[effort];
    const largest = d3.max(ratios, r => d3.max(r) || 1) || 1;
    const most = Math.max(2, largest * 1.3);
    // A little below 1, so that the rise at 1 stands beside the axis.
    const x = d3.scaleLog().domain([Math.pow(most, -0.015), most]).range([figure.x0, figure.x1]);
    const y = d3.scaleLinear().domain([0, 1.02]).range([figure.y0, figure.y1]);
    drawAxes(
        figure, x, y, `factor τ of the ${effort === 'seconds' ? 'time' : 'evaluations'} of the best method`,
        'part of all cases');
    const path = d3.line().x(p => x(p[0])).y(p => y(p[1])).curve(d3.curveStepAfter);
    for (const s of all.filter(m => !hidden.has(m.name))) {
      const steps = ratios[s.i].map((r, k) => [r, (k + 1) / cases]);
      const points = [[x.domain()[0], 0], ...steps, [x.domain()[1], ratios[s.i].length / cases]];
      const g = figure.marks.append('g').attr('class', `series ${s.style.css}`).attr('data-series', s.name);
      g.append('path').attr('class', 'line').attr('stroke-dasharray', s.style.dash).attr('d', path(points));
      g.selectAll('.mark')
          .data(evenly(steps.length, mostMarkers).map(k => steps[k]))
          .join('path')
          .attr('class', 'mark')
          .attr('d', markerPath(s.style))
          .attr('transform', p => `translate(${x(p[0])},${y(p[1])})`);
    }
    const words = all.map(s => {
      const best = ratios[s.i].filter(r => r <= 1).length;
      return `${s.name} is the best on ${best} and solves ${ratios[s.i].length} of ${cases}`;
    });
    figure.describe(`Performance profiles over ${effort === 'seconds' ? 'time' : 'evaluations'}: ${words.join('; ')}.`);
  }

  const refresh = appendToggles(figure, all, hidden, () => {
    refresh();
    draw();
  });
  figure.legend.append('p')
      .attr('class', 'caption')
      .text(
          'Higher is better: at the left edge, how often a method is the best; at the right, how ' +
          'often it reaches the target at all. A case is a problem from one of its starts; where a method was refused it solves nothing. (Dolan & Moré 2002)');
  figure.table(['method', 'cases', 'solved', 'best', 'within a factor 2', 'within 10'], () => all.map(s => {
    const {cases, ratios} = performance[effort], within = f => ratios[s.i].filter(r => r <= f).length;
    return [s.name, cases, ratios[s.i].length, within(1), within(2), within(10)];
  }));
  draw();
}
