namespace Asgiref.Core.Hosting;

/// <summary>An entry of <see cref="LiveInstances{T}"/>, which alone sets the neighbours, under its lock.</summary>
internal interface ILiveInstance<T>
    where T : class
{
    T? Previous { get; set; }

    T? Next { get; set; }
}
