// The page of one solve.

const sectionCharts = [];

// Of a section that belongs to a kind of problem: draw(data), data that of the whole page.
function addSectionChart(draw) {
  sectionCharts.push(draw);
}

function showReport() {
  const data = JSON.parse(document.getElementById('data').textContent);
  for (const draw of sectionCharts) draw(data);
  drawFits(data.fit);
  drawResiduals(data.fit);
  drawProfile(data.profile);
  drawPosterior(data.posterior);
  drawCorrelation(data.correlation);
  drawMinima(data.minima);
  const {trace} = data;
  if (trace.cost && trace.iteration.length > 1) {
    const line = {name: data.method, style: seriesStyle(0), trace};
    const {figure} = convergenceChart(
        figuresIn('descent'), {title: 'Cost', all: [line], series: () => [line], best: data.best, many: false});
    const rejected = trace.accepted.filter(a => a === 0).length;
    if (rejected) figure.legend.append('p').attr('class', 'caption').text(crossesInWords(rejected));
    drawDamping(trace);
  }
  makeCopyable();
}
