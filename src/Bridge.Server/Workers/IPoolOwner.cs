namespace Bridge.Server.Workers;

/// <summary>Who knows a pool by its name. Everything under the lock of <see cref="WorkerContext"/>.</summary>
internal interface IPoolOwner
{
    /// <summary>Whether the bridge stops: nothing gets a place any more.</summary>
    bool IsClosed { get; }

    /// <summary>A first worker has it.</summary>
    void OnServed(PlacePool pool);

    /// <summary>A worker has it no more.</summary>
    void OnLeft(PlacePool pool);
}
