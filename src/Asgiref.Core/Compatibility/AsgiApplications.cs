using System.Reflection;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Compatibility;

/// <summary>
/// Takes applications in every shape and gives them in the one that servers call: asgiref's
/// <c>guarantee_single_callable</c> and its relatives. Safe for concurrent use; applications are never called by it.
/// </summary>
public static class AsgiApplications
{
    /// <summary>Gives the application in its one-call shape; one that has it already comes back as it is (COMPAT-09).</summary>
    /// <param name="application">
    /// An <see cref="AsgiApplication"/> or <see cref="LegacyAsgiApplication"/> delegate, an object that is an
    /// <see cref="IAsgiApplication"/> or <see cref="ILegacyAsgiApplication"/>, or the type of an <see cref="IAsgiInstance"/>.
    /// </param>
    /// <exception cref="ArgumentException">It is none of these, or its attribute contradicts its shape.</exception>
    public static AsgiApplication From(object application)
    {
        ArgumentNullException.ThrowIfNull(application);
        return application switch
        {
            AsgiApplication single => single,
            LegacyAsgiApplication legacy => FromLegacy(legacy),
            _ when IsLegacy(application) => FromLegacy(
                application is Type type ? FromClass(type) : ((ILegacyAsgiApplication)application).Create),
            _ => ((IAsgiApplication)application).InvokeAsync,
        };
    }

    /// <summary>Makes a one-call application of a legacy one (COMPAT-08): the first step, then the instance, at once.</summary>
    /// <returns>
    /// An application whose task carries the exceptions of both steps, and an <see cref="InvalidOperationException"/> when the
    /// first step gives no instance. The first step runs on the thread that calls the application.
    /// </returns>
    public static AsgiApplication FromLegacy(LegacyAsgiApplication legacy)
    {
        ArgumentNullException.ThrowIfNull(legacy);
        return async (scope, receive, send) =>
        {
            var instance = legacy(scope) ?? throw new InvalidOperationException(
                $"The legacy application {legacy.Method.DeclaringType}.{legacy.Method.Name} gave no instance for a scope of type \"{scope.Type}\".");
            await instance(receive, send).ConfigureAwait(false);
        };
    }

    /// <summary>Whether the application has the two-call shape: asgiref's <c>is_double_callable</c>.</summary>
    /// <exception cref="ArgumentException">It is no application, or its attribute contradicts its shape.</exception>
    public static bool IsLegacy(object application)
    {
        ArgumentNullException.ThrowIfNull(application);
        if (application is AsgiApplication or LegacyAsgiApplication)
        {
            return application is LegacyAsgiApplication;
        }

        var type = application as Type ?? application.GetType();
        var isSingle = application is IAsgiApplication;
        var isDouble = application is Type ? FindConstructor(type) is not null : application is ILegacyAsgiApplication;
        var saysSingle = type.IsDefined(typeof(AsgiSingleCallableAttribute), inherit: true);
        var saysDouble = type.IsDefined(typeof(AsgiDoubleCallableAttribute), inherit: true);
        if (!isSingle && !isDouble)
        {
            throw new ArgumentException(
                $"{type} is no application: neither a delegate or object of a known shape nor the type of an {nameof(IAsgiInstance)} whose constructor takes a scope.",
                nameof(application));
        }

        if ((saysSingle && (saysDouble || !isSingle)) || (saysDouble && !isDouble))
        {
            throw new ArgumentException($"{type} carries an attribute that contradicts its shape.", nameof(application));
        }

        return saysDouble || !isSingle;
    }

    private static ConstructorInfo? FindConstructor(Type type) =>
        typeof(IAsgiInstance).IsAssignableFrom(type) && !type.IsAbstract
            ? type.GetConstructors().FirstOrDefault(
                constructor => constructor.GetParameters() is [var only] && only.ParameterType.IsAssignableFrom(typeof(AsgiScope)))
            : null;

    private static LegacyAsgiApplication FromClass(Type type)
    {
        var constructor = FindConstructor(type)!;
        return scope => ((IAsgiInstance)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [scope], null)).InvokeAsync;
    }
}
