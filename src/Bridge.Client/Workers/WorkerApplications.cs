using System.Collections;
using Asgiref.Core;
using Bridge.Protocol.Sessions;

namespace Bridge.Client.Workers;

/// <summary>The applications that a worker serves, in the order in which they start. Not safe for concurrent use.</summary>
public sealed class WorkerApplications : IReadOnlyCollection<WorkerApplication>
{
    private readonly List<WorkerApplication> _applications = [];

    /// <inheritdoc/>
    public int Count => _applications.Count;

    /// <summary>Adds an application.</summary>
    /// <param name="name">What the bridge's routes call it, 1 to 128 characters; once a worker.</param>
    /// <param name="application">The application; it is called at the same time for many scopes.</param>
    /// <param name="options">How it is run; null: every default.</param>
    /// <exception cref="ArgumentException">The name is empty, too long or taken, or an option is out of range.</exception>
    public void Add(string name, AsgiApplication application, WorkerApplicationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(application);
        options ??= new WorkerApplicationOptions();
        if (!HelloRules.IsName(name))
        {
            throw new ArgumentException($"The application's name has {name.Length} characters; {HelloRules.NameRule}.", nameof(name));
        }

        if (_applications.Any(other => other.Name == name))
        {
            throw new ArgumentException($"There is an application \"{name}\" already.", nameof(name));
        }

        if (options.MaxInstances < 1)
        {
            throw new ArgumentException(
                $"{nameof(WorkerApplicationOptions)}.{nameof(options.MaxInstances)} of \"{name}\" is {options.MaxInstances}; it must be at least 1.",
                nameof(options));
        }

        if (!Enum.IsDefined(options.Lifespan))
        {
            throw new ArgumentException(
                $"{nameof(WorkerApplicationOptions)}.{nameof(options.Lifespan)} of \"{name}\" is {options.Lifespan}; it must be Auto, On or Off.",
                nameof(options));
        }

        _applications.Add(new WorkerApplication(name, application, options));
    }

    /// <inheritdoc/>
    public IEnumerator<WorkerApplication> GetEnumerator() => _applications.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
