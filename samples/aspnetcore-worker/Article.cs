namespace Shop;

/// <summary>Something to buy.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">What one costs.</param>
public sealed record Article(int Id, string Name, decimal Price);
