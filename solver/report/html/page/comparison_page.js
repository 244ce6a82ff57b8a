// The page of a comparison.

const mostAtFirst = 12, shownOfMany = 8;  // methods: more than the first hide each other

/** Names of the methods that are not shown at first: all but those that reached the target most often and soonest. */
function hiddenAtFirst(methods) {
  if (methods.length <= mostAtFirst) return [];
  const rank = methods.map(m => {
    const reached = m.runs.filter(r => r.reached);
    return {name: m.name, reached: reached.length / m.runs.length, needed: d3.median(reached, r => r.evaluations) || 0};
  });
  rank.sort((a, b) => b.reached - a.reached || a.needed - b.needed);
  return rank.slice(shownOfMany).map(r => r.name);
}

function drawOneProblem(problem) {
  const all =
      problem.methods.map((m, i) => ({name: m.name, style: seriesStyle(i), runs: m.runs})).filter(m => m.runs.length);
  if (!all.length) return;
  // Both charts show the same start and the same methods.
  const hidden = new Set(hiddenAtFirst(all)), hiddenCount = hidden.size;
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
  const neededName = () => `evaluations to the target${problem.starts > 1 ? `, from start ${start}` : ''}`;
  const legend = figure => {
    const refresh = appendToggles(figure, all, hidden, changed, {result: needed, resultName: neededName});
    if (hiddenCount)
      figure.legend.append('p').attr('class', 'caption').text(
          `Shown at first are the ${shownOfMany} of ${all.length} methods that reached the target most often and with ` +
          'the fewest evaluations; a tick shows another.');
    return refresh;
  };
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
