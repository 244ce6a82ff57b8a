// The page of one solve.

(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  drawBundle(data.bundle);
  drawPoseGraph(data.pose_graph);
  drawFits(data.fit);
  drawResiduals(data.fit);
  drawProfile(data.profile);
  drawCorrelation(data.correlation);
  drawMinima(data.minima);
  const {trace} = data;
  if (trace.cost && trace.iteration.length > 1) {
    const line = {name: data.method, style: seriesStyle(0), trace};
    const {figure} = convergenceChart(
        figuresIn('descent'), {title: 'Cost', all: [line], series: () => [line], best: data.best, many: false});
    if (trace.accepted.includes(0))
      figure.legend.append('p').attr('class', 'caption').text('Crosses are trials that were rejected.');
    drawDamping(trace);
  }
  makeCopyable();
})();
