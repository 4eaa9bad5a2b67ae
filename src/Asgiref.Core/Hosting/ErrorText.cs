namespace Asgiref.Core.Hosting;

/// <summary>The text of an application's exception, whose members are the application's own code and may throw too.</summary>
internal static class ErrorText
{
    /// <summary>Its message, or its type if the message cannot be had.</summary>
    public static string Of(Exception error)
    {
        try
        {
            return error.Message;
        }
        catch (Exception)
        {
            return error.GetType().ToString();
        }
    }
}
