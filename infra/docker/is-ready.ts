/** The container's health check: whether its service can work. Exit code 0 = yes. */
const response = await fetch(`http://127.0.0.1:${process.env['HEALTH_PORT']}/readyz`).catch(() => null);
if (response?.ok !== true) {
  console.error(response === null ? 'nobody answers' : await response.text());
  process.exitCode = 1;
}
