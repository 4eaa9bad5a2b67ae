using Asgiref.Core.Callables;

namespace HostedApplication;

/// <summary>Right and wrong ways to give a registry.</summary>
public static class Functions
{
    public static CallableRegistry Registry { get; } = new CallableRegistry().Add<int, int>("twice", number => 2 * number);

    public static CallableRegistry? Nothing => null;

    public static CallableRegistry Raising => throw new InvalidOperationException("no database");

    public static CallableRegistry Make() => new CallableRegistry().Add<int, int>("thrice", number => 3 * number);

    public static CallableRegistry MakeFor(string name) => new CallableRegistry().Add(name, () => { });
}
