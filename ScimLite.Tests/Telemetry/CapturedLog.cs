using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ScimLite.Tests.Telemetry;

/// <summary>Every line that is logged, with its scopes and its exception.</summary>
internal sealed class CapturedLog : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();

    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public void Dispose()
    {
    }

    sealed class Logger(CapturedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => log.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scope = new List<string>();
            log.scopes.ForEachScope((s, list) => list.Add(s is IEnumerable<KeyValuePair<string, object>> pairs ? string.Join(' ', pairs) : $"{s}"), scope);
            var values = state is IEnumerable<KeyValuePair<string, object?>> named ? string.Join(' ', named) : "";
            log.Lines.Enqueue($"{logLevel} {category} {formatter(state, exception)} {values} {exception} {string.Join(' ', scope)}");
        }
    }
}
