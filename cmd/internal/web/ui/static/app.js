// The pages work without this. It keeps "3 minutes ago" true while a page stays open.
'use strict';

(function () {
  const units = [[86400, 'day', 172800], [3600, 'hour', 3600], [60, 'minute', 60], [1, 'second', 0]];
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, {numeric: 'auto'});

  function relative(seconds) {
    const size = Math.abs(seconds);
    const [length, unit] = units.find(([, , from]) => size >= from);
    return format.format(Math.trunc(seconds / length), unit);
  }

  function refresh() {
    for (const e of document.querySelectorAll('time[data-relative]')) {
      let seconds = (Date.parse(e.dateTime) - Date.now()) / 1000;
      if (e.dataset.relative === 'until') seconds = Math.max(0, seconds);
      const text = relative(seconds);
      if (e.textContent !== text) e.textContent = text;
    }
  }

  refresh();
  setInterval(refresh, 5000);
  document.addEventListener('htmx:after:swap', refresh);
})();
