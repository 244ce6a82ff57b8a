// The page of a comparison.

function drawOneProblem(problem) {
  const all =
      problem.methods.map((m, i) => ({name: m.name, style: seriesStyle(i), runs: m.runs})).filter(m => m.runs.length);
  if (!all.length) return;
  // Both charts show the same start and the same methods.
  const hidden = new Set();
  let start = 1;
  const refreshers = [], choices = [];
  const changed = () => refreshers.forEach(refresh => refresh());
  const runs = () => all.filter(m => !hidden.has(m.name))
                         .map(m => ({...m, run: m.runs.find(r => r.start === start)}))
                         .filter(m => m.run);
  const startChoice = toolbar => {
    if (problem.starts < 2) return;
    const options = d3.range(1, problem.starts + 1).map(k => ({value: String(k), label: String(k)}));
    choices.push(appendChoice(toolbar, 'start', options, '1', value => {
      start = Number(value);
      choices.forEach(choice => choice(value));
      changed();
    }));
  };
  // What each method needed from the start that is shown.
  const needed = method => {
    const run = method.runs.find(r => r.start === start);
    return run && run.reached ? formatNumber(run.evaluations, 6) : run && run.diverged ? 'diverged' : 'not reached';
  };
  const legend = figure =>
      appendToggles(figure, all, hidden, changed, {result: needed, resultName: 'evaluations to the target'});
  if (problem.landscape)
    refreshers.push(landscapeChart(
        figuresIn('landscape'), {landscape: problem.landscape, best: problem.best, runs, legend, extra: startChoice}));
  const line = m => ({...m, trace: m.run.trace, reached: m.run.reached ? m.run : null});
  const everything = all.flatMap(m => m.runs.map(run => ({...m, trace: run.trace}))).filter(m => m.trace.cost);
  const chart = convergenceChart(figuresIn('descent'), {
    title: 'Cost of each method',
    all: everything,
    series: () => runs().map(line).filter(l => l.trace.cost),
    best: problem.best,
    many: true,
    extra: startChoice,
  });
  const refreshLegend = legend(chart.figure);
  chart.figure.legend.append('p').attr('class', 'caption').text('A ring marks where a method reached the target.');
  refreshers.push(() => {
    refreshLegend();
    chart.draw();
  });
}

(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  if (data.problem) drawOneProblem(data.problem);
  if (data.performance) performanceChart(figuresIn('performance'), data.methods, data.performance);
  makeCopyable();
})();
