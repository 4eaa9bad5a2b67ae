using System.Collections;
using Bridge.Client.AspNetCore.Features;
using Bridge.Client.AspNetCore.WebSockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>The collection: an array of places, and a dictionary for the rare rest.</summary>
internal sealed partial class RequestFeatures
{
    private readonly object?[] _slots = new object?[FeatureSlots.Count];
    private Dictionary<Type, object>? _rare;

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            return FeatureSlots.Find(key) is >= 0 and var slot ? _slots[slot] : _rare?.GetValueOrDefault(key);
        }

        set
        {
            ArgumentNullException.ThrowIfNull(key);
            SetAt(FeatureSlots.Find(key), key, value);
        }
    }

    public TFeature? Get<TFeature>() =>
        FeatureSlot<TFeature>.Index is >= 0 and var slot ? (TFeature?)_slots[slot] : (TFeature?)_rare?.GetValueOrDefault(typeof(TFeature));

    public void Set<TFeature>(TFeature? instance) => SetAt(FeatureSlot<TFeature>.Index, typeof(TFeature), instance);

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            if (_slots[slot] is { } feature)
            {
                yield return new KeyValuePair<Type, object>(FeatureSlots.TypeAt(slot), feature);
            }
        }

        foreach (var entry in _rare ?? [])
        {
            yield return entry;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void SetAt(int slot, Type key, object? instance)
    {
        Revision++;
        if (slot >= 0)
        {
            // The platform's middleware checks the origin and then brings framing of its own. Its check is wanted, its framing
            // is the bridge's: so a program that does not use the middleware has no WebSockets here either.
            _slots[slot] = instance is IHttpWebSocketFeature && _handshake is not null && IsPlatforms(instance) ? _handshake : instance;
        }
        else if (instance is null)
        {
            _rare?.Remove(key);
        }
        else
        {
            (_rare ??= [])[key] = instance;
        }
    }

    private static bool IsPlatforms(object instance) => instance.GetType().Assembly == typeof(WebSocketMiddleware).Assembly;

    private void FillSlots()
    {
        var slot = 0;
        _slots.AsSpan(0, FeatureSlots.OfRequest.Length).Fill(this);
        slot += FeatureSlots.OfRequest.Length;
        _slots.AsSpan(slot, FeatureSlots.OfResponse.Length).Fill(Response);
        if (Response.OffersTrailers)
        {
            _slots[FeatureSlot<IHttpResponseTrailersFeature>.Index] = Response;
        }

        var upgrade = _httpVersion is "1.0" or "1.1" ? FeatureSlot<IHttpUpgradeFeature>.Index : FeatureSlot<IHttpExtendedConnectFeature>.Index;
        _slots[upgrade] = (object?)_handshake ?? NoUpgrade.Instance;
        if (TlsFeature.Find(_scope) is { } tls)
        {
            _slots[FeatureSlot<ITlsConnectionFeature>.Index] = tls;
            _slots[FeatureSlot<ITlsHandshakeFeature>.Index] = tls;
        }
    }
}
